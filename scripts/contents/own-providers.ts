import { type KernelKeys, widened } from "../../offline/kernel/settings.ts"
import { listed } from "../../offline/models/catalogue.ts"
import { hostsOfPackage } from "../../offline/models/package-hosts.ts"
import { reachable } from "../../offline/models/reachable.ts"
import type { PolicyKeys } from "../../offline/policy/keys.ts"
import { createPolicy, endpointOf } from "../../offline/policy.ts"
import { Failure } from "../lib/errors.ts"

/** A provider in the form of models.dev, as far as it is read; nothing of it is certain yet. */
export interface OwnProvider {
  name?: unknown
  npm?: string
  api?: string
  env?: unknown
  models?: Record<string, OwnModel>
}

interface OwnModel {
  name?: unknown
  limit?: { context?: unknown; output?: unknown }
  provider?: { api?: string; npm?: string }
}

/**
 * The providers of a catalogue that upstream's has not: an organisation wrote them, and OpenCode has to be able to use them.
 * @throws Failure that names all that is missing
 */
export function ownProviders(
  file: string,
  catalogue: Record<string, unknown>,
  upstreams: Record<string, unknown>,
): Record<string, OwnProvider> {
  const own = Object.entries(catalogue).filter(([id]) => !Object.hasOwn(upstreams, id)) as [
    string,
    OwnProvider,
  ][]
  const missing = own.flatMap(([id, provider]) => missingOf(provider).map((what) => `${id}.${what}`))
  if (missing.length === 0) return Object.fromEntries(own)
  throw new Failure({
    what: `${file} has a provider that OpenCode could not use`,
    why: missing.join("\n"),
    next: "add what is missing, in the form of models.dev/api.json",
  })
}

function missingOf({ name, npm = "", api, env, models = {} }: OwnProvider): string[] {
  const variables = Array.isArray(env) ? env.length : 0
  return [
    ...(typeof name === "string" ? [] : ["name is missing"]),
    ...(api === undefined ? withoutAddress(npm, models) : addressFault("api", api)),
    ...(variables > 0
      ? []
      : ["env is missing: the variables for its key; it is listed when one of them is set"]),
    ...(Object.keys(models).length > 0 ? [] : ["models is missing: at least one"]),
    ...Object.entries(models).flatMap(([id, model]) => modelFaults(id, model)),
  ]
}

function withoutAddress(npm: string, models: Record<string, OwnModel>): string[] {
  const all = Object.values(models)
  if (hostsOfPackage(npm) || (all.length > 0 && all.every(({ provider }) => provider?.api))) return []
  return ["api is missing: the base URL of its server"]
}

function modelFaults(id: string, { name, limit, provider }: OwnModel): string[] {
  const numbers = (["context", "output"] as const).filter((key) => typeof limit?.[key] !== "number")
  return [
    ...(typeof name === "string" ? [] : [`models.${id}.name is missing`]),
    ...numbers.map((key) => `models.${id}.limit.${key} is missing: a number of tokens`),
    ...(provider?.api === undefined ? [] : addressFault(`models.${id}.provider.api`, provider.api)),
  ]
}

/** A variable may stand in it, which is not known here. */
function addressFault(key: string, api: unknown): string[] {
  const isAddress = typeof api === "string" && (api.includes("${") || endpointOf(api) !== undefined)
  return isAddress ? [] : [`${key} is no URL`]
}

/**
 * In a locked build nobody can allow anything, so the policy has to let its providers through.
 * @throws Failure that names those that it does not
 */
export function requireReachable(
  own: Record<string, OwnProvider>,
  policy: Pick<PolicyKeys, "allow" | "locked" | keyof KernelKeys> | undefined,
): void {
  if (!policy?.locked) return
  const by = {
    policy: createPolicy((policy.allow ?? []).map((text) => ({ text, origin: "allow" }))),
    kernel: policy.enforce === "kernel" ? widened([policy]) : undefined,
  }
  const left = reachable(
    Object.fromEntries(Object.entries(own).map(([id, one]) => [id, listed(one)])),
    by,
    {},
  )
  const cut = Object.entries(own).filter(([id]) => !left[id])
  if (cut.length === 0) return
  throw new Failure({
    what: "The policy is locked, and lets no request through to a provider of the catalogue",
    why: cut.map(([id, { api }]) => `${id} is at ${api ?? "an address that its package knows"}`).join("\n"),
    next: `add to "allow" in the policy: ${cut.map(([, { api }]) => JSON.stringify((api && endpointOf(api)?.text) || "its host")).join(", ")}`,
  })
}
