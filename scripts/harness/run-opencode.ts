import { join } from "node:path"
import {
  type IsolatedContext,
  type NamespaceOptions,
  type NamespaceResult,
  type RecordedResult,
  runInNamespace,
} from "../isolation/isolated.ts"
import { readScale } from "../isolation/limits.ts"
import type { Service } from "../isolation/service.ts"
import {
  OPENS_SESSION_MS,
  type ProviderOptions,
  type ProviderRequest,
  providerConfig,
  type Turn,
  toolThenText,
} from "./provider.ts"

export type { IsolatedContext }

export interface IsolatedOptions extends Omit<NamespaceOptions, "services"> {
  /** A mock provider on loopback, and the user-level configuration for it; `true` for one tool call, then text. */
  provider?: true | Turn[]
  /** How long its first turn takes on a machine of scale 1: {@link OPENS_SESSION_MS} with a `pty`, else nothing. */
  thinkingMs?: number
  /** What the mock provider's server answers to a GET beside its API, as JSON, by path: it is on loopback, so allowed. */
  pages?: Record<string, unknown>
}

export interface IsolatedResult extends Omit<NamespaceResult, "services"> {
  /** What the mock provider was asked; nothing when there was none. */
  providerRequests: ProviderRequest[]
}

/** Runs OpenCode, or another command, as {@link runInNamespace} does, with a mock provider if one is asked for. */
export async function runIsolated(options: IsolatedOptions): Promise<IsolatedResult> {
  const { provider, thinkingMs = options.pty ? OPENS_SESSION_MS : 0, pages = {}, ...rest } = options
  if (!provider) return withRequests(await runInNamespace(rest))
  const script = provider === true ? toolThenText : provider
  return withRequests(
    await runInNamespace({
      ...rest,
      home: { ".config/opencode/opencode.json": JSON.stringify(providerConfig()), ...rest.home },
      services: [mockProvider({ script, thinkingMs: thinkingMs * readScale(), pages })],
    }),
  )
}

function mockProvider(options: ProviderOptions): Service {
  return { module: join(import.meta.dirname, "provider.ts"), options }
}

function withRequests<T extends Pick<RecordedResult, "services">>({ services, ...result }: T) {
  return { ...result, providerRequests: (services[0] ?? []) as ProviderRequest[] }
}
