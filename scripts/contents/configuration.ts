import { readFile } from "node:fs/promises"
import { getNodeValue, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser"
import type { z } from "zod"
import { readSettings } from "../../offline/config-settings.ts"
import { repeatedKey } from "../../offline/config-text.ts"
import { type KernelKeys, widened } from "../../offline/kernel/settings.ts"
import { canonicalHost, isLoopback } from "../../offline/policy/host.ts"
import type { PolicyKeys } from "../../offline/policy/keys.ts"
import { createPolicy, isNamed, judge } from "../../offline/policy.ts"
import { Failure } from "../lib/errors.ts"
import { packagesOf } from "../lib/npm/locked.ts"
import { type Pin, pinName } from "../pins/pin.ts"
import { asciiJson } from "./ascii-json.ts"
import { faultsOf, schemaOfType } from "./types-to-schema.ts"

/** An organisation's default configuration, which stands below every other. */
export interface EmbeddedConfiguration {
  /** Its keys, of the outermost object. */
  keys: string[]
  /** The module's contents. */
  bytes: Uint8Array
}

/** The patch by which upstream's code reads it. */
export const CONFIGURATION_PATCH = "config-start-inside"

/** What is read before the default configuration could be, or is said in another place. */
const ELSEWHERE: Record<string, string> = {
  offline: "the build's policy says that: --policy FILE",
  server: "upstream reads it from a user's own files alone",
}

/** The package that says what a release's configuration may have, and the file of it. */
const SDK = "@opencode-ai/sdk"
const DECLARATIONS = "dist/v2/gen/types.gen.d.ts"

/**
 * Reads a file in the form of opencode.json, for itself.
 * @throws Failure that says what cannot be read, or has no effect in a default configuration
 */
export async function embedConfiguration(file: string): Promise<EmbeddedConfiguration> {
  const value = parse(file, await read(file))
  const faults = [
    ...Object.keys(value).flatMap((key) => (ELSEWHERE[key] ? [`${key}: ${ELSEWHERE[key]}`] : [])),
    ...relativeFiles(value).map(
      (path) => `{file:${path}}: it is relative, and there is no folder to start from`,
    ),
  ]
  if (faults.length > 0) throw notConfiguration(file, faults)
  return { keys: Object.keys(value), bytes: Buffer.from(asciiJson(JSON.stringify(value))) }
}

/**
 * Compares a default configuration with what the release takes, as its SDK, which is pinned with it, declares it. No
 * executable has to be there, and none is run.
 * @throws Failure that names each key that is unknown or has another form
 */
export async function checkConfiguration(file: string, pin: Pin, cache: string): Promise<void> {
  const { bytes } = await embedConfiguration(file)
  const schema = await readSchema(pin, cache)
  const { error } = schema.safeParse(JSON.parse(Buffer.from(bytes).toString()))
  if (error) throw notConfiguration(file, faultsOf(error), pin.version)
}

/**
 * The schema of the configuration of a release.
 * @throws Failure when the pin has no package that says it, or that cannot be had
 */
export async function readSchema(pin: Pin, cache: string): Promise<z.ZodType> {
  const sdk = pin.plugin && packagesOf(pin.plugin).find(({ name }) => name === SDK)
  if (!sdk) throw noSchema(pin, `it has no ${SDK}, whose ${DECLARATIONS} declares it`)
  // npm's libraries take a while to load, and a build without a configuration does without.
  const { readPackages } = await import("../lib/npm/read-packages.ts")
  const [files = []] = await readPackages([sdk], { cache })
  const found = files.find(({ path }) => path === DECLARATIONS)
  if (!found) throw noSchema(pin, `${SDK}@${sdk.version} has no ${DECLARATIONS}`)
  return schemaOfType(new TextDecoder().decode(found.data), "Config", `${SDK}@${sdk.version}`)
}

/**
 * In a locked build nobody can allow anything, so the policy has to let through what the configuration names. Of this
 * machine's ports the guard lets all through, and kernel mode those that are named.
 * @throws Failure that names what it does not
 */
export function requireAllowed(
  configuration: EmbeddedConfiguration | undefined,
  policy: (Pick<PolicyKeys, "locked" | keyof KernelKeys> & { allow: string[] }) | undefined,
): void {
  if (!policy?.locked || !configuration) return
  const allowed = createPolicy(policy.allow.map((text) => ({ text, origin: "allow" })))
  const text = Buffer.from(configuration.bytes).toString()
  const { lines } = readSettings({ name: "", text, folder: undefined, trust: "build" }, {})
  const namesLoopback = policy.enforce === "kernel" && widened([policy]).loopback === "own"
  const cut = lines.filter(({ at }) => {
    const host = at && canonicalHost(at.host)
    if (!host) return false
    if (namesLoopback && isLoopback(host)) return !isNamed(allowed, host, at.port)
    return !judge(allowed, host, at.port).allowed
  })
  if (cut.length === 0) return
  throw new Failure({
    what: "The policy is locked, and does not let through what the default configuration names",
    why: cut.map(({ text, origin }) => `${origin.trim()}: ${text}`).join("\n"),
    next: `add to "allow" in the policy: ${cut.map(({ text }) => JSON.stringify(text)).join(", ")}`,
  })
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    throw notConfiguration(file, [(error as Error).message])
  }
}

/** As upstream reads it: comments and trailing commas may stand in it; and no key twice, of which the last would count. */
function parse(file: string, text: string): Record<string, unknown> {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  if (errors[0]) throw notConfiguration(file, [`it is no JSON: ${printParseErrorCode(errors[0].error)}`])
  if (root?.type !== "object") throw notConfiguration(file, ["it is no object"])
  const repeated = repeatedKey(root)
  if (repeated !== undefined) throw notConfiguration(file, [`it has the key "${repeated}" twice`])
  return getNodeValue(root)
}

function relativeFiles(value: unknown): string[] {
  const found = JSON.stringify(value).matchAll(/\{file:([^}]+)\}/g)
  return Array.from(found, ([, path]) => path!).filter((path) => !/^(\/|~\/)/.test(path))
}

function notConfiguration(file: string, faults: string[], version?: string): Failure {
  return new Failure({
    what: `${file} is not a configuration that ${version ? `OpenCode ${version} takes` : "can go inside"}`,
    why: faults.join("\n        "),
    next: "mend it, in the form of opencode.json; docs/build.md says what may not be in it",
  })
}

function noSchema(pin: Pin, why: string): Failure {
  return new Failure({
    what: `What a configuration of ${pinName(pin)} may have is not known`,
    why,
    next: "build without --config, or from a pin that has it: a managed /etc/opencode/opencode.json does the same",
  })
}
