import { check } from "../core/check.ts"
import { currentState } from "../switch.ts"
import type { Spec } from "./spec.ts"

/** npm's settings, as its own code reads them from the files of this machine; empty when it could not. */
export type NpmConfig = Readonly<Record<string, unknown>>

/**
 * Whether a package may be fetched: from the registry that npm's settings have for it, or as the file that its address
 * names. What is fetched with git may not: npm starts a program for it, which the guard does not reach.
 * @returns undefined when it may, else a sentence for people
 */
export function fetchRefusal(spec: Spec, config: NpmConfig): string | undefined {
  if ("version" in spec) return addressRefusal(registryOf(spec.name, config))
  if (/^https?:/.test(spec.from)) return addressRefusal(spec.from)
  return `${spec.from} is neither in a registry nor at an address of the web, and offline npm may start no git`
}

function registryOf(name: string, config: NpmConfig): unknown {
  const scope = /^@[^/]+/.exec(name)?.[0]
  return (scope && config[`${scope}:registry`]) || config.registry
}

function addressRefusal(address: unknown): string | undefined {
  const found = typeof address === "string" ? check(address, currentState(), process.env) : undefined
  if (!found) return "the address of the registry could not be read from npm's settings"
  return found.allowed ? undefined : `${found.url} is denied: ${found.why}`
}
