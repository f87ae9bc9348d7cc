import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import semver from "semver"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { nearest } from "../lib/nearest.ts"
import { type Pin, PRODUCT } from "../pins/pin.ts"
import type { AuditOptions } from "./read-options.ts"
import { GROUPS, type Scenario } from "./scenario.ts"

/** A scenario with the name that it is picked by: its file's, without `.ts`. */
export type NamedScenario = Scenario & { name: string }

export interface LoadedScenarios {
  scenarios: NamedScenario[]
  /** Those of the folder that are not run, and why. */
  notRun: { title: string; why: string }[]
}

/** What decides which scenarios are for a release. */
export type Release = Pick<Pin, "product" | "version">

/**
 * Loads the scenarios that were asked for, sorted by name, or makes one of the command line of one's own. Those that are
 * not for the release are left out.
 * Throws a Failure for a name that the folder does not have, for a file that has no scenario, and when one that was named
 * is not for the release.
 * @param release upstream's, of the pin
 */
export async function loadScenarios(
  { command, scenarios, names }: Pick<AuditOptions, "command" | "scenarios" | "names">,
  release: Release,
): Promise<LoadedScenarios> {
  if (command) return { scenarios: [commandScenario(command)], notRun: [] }
  const known = await listNames(scenarios)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined || known.length === 0) throw noSuchScenario(scenarios, unknown, known)
  const wanted = known.filter((name) => names.length === 0 || names.includes(name))
  const loaded = await Promise.all(wanted.map((name) => load(scenarios, name)))
  const others = loaded.filter((scenario) => !isFor(scenario, release))
  if (others.length > 0 && names.length > 0) throw notForRelease(others[0]!, release)
  return {
    scenarios: loaded.filter((scenario) => isFor(scenario, release)),
    notRun: [
      ...others.map((one) => ({ title: one.title, why: `is for ${describeFor(one)}` })),
      ...known.filter((name) => !wanted.includes(name)).map((title) => ({ title, why: "was not named" })),
    ],
  }
}

const isFor = ({ range = "*", products = [PRODUCT] }: Scenario, { product, version }: Release) =>
  products.includes(product) && semver.satisfies(version, range, { includePrerelease: true })

const describeFor = ({ range, products }: Scenario) =>
  [products?.join(", ") ?? "upstream's", range].filter(Boolean).join(" ")

async function listNames(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => [])
  return files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort()
}

const shape = z.looseObject({
  title: z.string().min(1),
  group: z.enum(GROUPS).optional(),
  what: z.string(),
  worksOffline: z.boolean(),
  needs: z.array(z.string()).optional(),
  range: z
    .string()
    .refine((text) => semver.validRange(text) !== null, "must be a range of versions")
    .optional(),
  products: z.array(z.string()).optional(),
  allowed: z.array(z.string()).optional(),
  run: z.custom((value) => typeof value === "function", "must be a function"),
})

async function load(folder: string, name: string): Promise<NamedScenario> {
  const file = join(folder, `${name}.ts`)
  const module = await import(pathToFileURL(file).href).catch((error) => {
    throw malformed(file, String(error))
  })
  const parsed = shape.safeParse(module.default)
  if (parsed.success) return { ...(module.default as Scenario), name }
  throw malformed(
    file,
    parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
  )
}

/** What a command line of one's own is called as a scenario; its title is the line. */
export const COMMAND = {
  name: "command",
  what: "A command line of one's own. Its job is done when it ends with exit code 0.",
}

/** Runs the words as they are; its job is done when it ends with exit code 0. */
function commandScenario(words: string[]): NamedScenario {
  return {
    ...COMMAND,
    title: words.join(" "),
    worksOffline: false,
    async run({ isolated }) {
      const { exitCode, signal, stdout, stderr } = await isolated({ args: words.slice(1), provider: true })
      const ending = `ended with ${signal ?? exitCode}`
      return { worked: exitCode === 0, detail: `${ending}: ${(stderr || stdout).trim().split("\n")[0]}` }
    },
  }
}

function noSuchScenario(folder: string, name: string | undefined, known: string[]): Failure {
  return new Failure({
    what:
      name === undefined
        ? `There are no scenarios in ${folder}`
        : `There is no scenario ${name} in ${folder}`,
    why: known.length === 0 ? "it has no file NAME.ts" : `those there are: ${known.join(", ")}`,
    next: `npm run audit -- --scenario ${(name && nearest(name, known)) ?? "NAME"}, or --scenarios FOLDER`,
  })
}

function notForRelease(scenario: NamedScenario, { version }: Release): Failure {
  const { name } = scenario
  return new Failure({
    what: `The scenario ${name} is not for upstream's ${version}`,
    why: `it is for ${describeFor(scenario)}`,
    next: `npm run audit -- --scenario ${name} --pin NAME, with a pin of that range`,
  })
}

function malformed(file: string, why: string): Failure {
  return new Failure({
    what: `${file} is not a scenario`,
    why,
    next: "give it a default export as docs/audit.md says",
  })
}
