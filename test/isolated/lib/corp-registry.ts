import type { RunningService, ServiceHost } from "../../../scripts/isolation/service.ts"
import { makePackage, startRegistry } from "../../lib/registry.ts"

/** A registry at every address of the namespace, that has one package of one module. */
export interface CorpRegistryOptions {
  /** Where it is, with its path. */
  url: string
  tls: { key: string; cert: string }
  name: string
  code: string
  /** What it asks for; nothing when not given. */
  token?: string
}

/** What it was asked for, and the logins that were sent to it, each once; an empty text for none. */
export interface CorpRegistryReport {
  requests: string[]
  logins: string[]
}

/** Starts it, inside a namespace (isolation/service.ts). */
export async function startService(options: unknown, _: ServiceHost): Promise<RunningService> {
  const { url, tls, name, code, token } = options as CorpRegistryOptions
  const made = await makePackage(name, Buffer.from(code), "index.js")
  const registry = await startRegistry([made], { known: new URL(url), tls })
  if (token) Object.assign(registry, { mode: "login", token })
  return { report: () => ({ requests: registry.requests, logins: [...new Set(registry.logins)] }) }
}
