import { join } from "node:path"
import { type ProviderOptions, type Turn, toolThenText } from "../../../scripts/harness/provider.ts"
import type { IsolatedResult } from "../../../scripts/harness/run-opencode.ts"
import { type NamespaceOptions, runInNamespace } from "../../../scripts/isolation/isolated.ts"
import type { Service } from "../../../scripts/isolation/service.ts"
import { builtExecutable } from "../../lib/built.ts"
import type { GatewayOptions, GatewayRequest } from "./gateway.ts"

// An organisation's network: its gateway in front of the mock model, and what else it has, each at every address.

export interface CorpOptions extends Omit<NamespaceOptions, "executable" | "services"> {
  executable?: string
  gateway: GatewayOptions
  /** What the model does; one tool call and then an answer when not given. */
  model?: Turn[]
  beside?: Service[]
}

export interface CorpResult extends Omit<IsolatedResult, "providerRequests"> {
  /** What the gateway was asked. */
  asked: GatewayRequest[]
  /** What the services beside it have to tell. */
  told: unknown[]
}

/** Runs OpenCode there, offline: a question, unless there are other arguments. Nobody else answers: connections are refused. */
export async function runAtCorp({
  gateway,
  model,
  beside = [],
  env,
  ...options
}: CorpOptions): Promise<CorpResult> {
  const { services, ...result } = await runInNamespace({
    executable: builtExecutable(),
    args: ["run", "say hi"],
    mode: "refuse",
    ...options,
    env: { OPENCODE_OFFLINE: "1", ...env },
    services: [mockModel(model ?? toolThenText), { module: here("gateway.ts"), options: gateway }, ...beside],
  })
  const [, asked, ...told] = services
  return { ...result, asked: asked as GatewayRequest[], told }
}

function mockModel(script: Turn[]): Service {
  const options: ProviderOptions = { script, thinkingMs: 0, pages: {} }
  return { module: here("../../../scripts/harness/provider.ts"), options }
}

const here = (name: string) => join(import.meta.dirname, name)

/** The user's configuration for a model there. */
export function corpProvider(baseURL: string, settings: Record<string, unknown> = {}): string {
  const provider = {
    npm: "@ai-sdk/openai-compatible",
    options: { baseURL, apiKey: "the key" },
    models: { large: {} },
  }
  return JSON.stringify({ model: "corp/large", provider: { corp: provider }, ...settings })
}
