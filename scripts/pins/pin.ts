import { existsSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import semver from "semver"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { nearest } from "../lib/nearest.ts"
import { lockedTree, packageName, version } from "../lib/npm/locked.ts"
import { namedPackage, pinnedFile, pinnedPackage } from "../lib/npm/pinned.ts"
import { findTarget, packageFor, packagesFor, TARGETS } from "../upstream/target.ts"

const PIN_FILE = "pin.json"

/** The product whose packages are named `opencode-TARGET`. */
export const PRODUCT = "opencode"

const grammar = z
  .array(
    namedPackage.extend({
      license: z.string().min(1),
      licenseFile: pinnedFile,
      wasm: pinnedFile.optional(),
      highlights: pinnedFile.optional(),
    }),
  )
  .refine((list) => list.length === 0 || list.filter(({ wasm }) => wasm).length === 1, {
    error: "must have one wasm, or no package",
  })

const target = z.strictObject({ opencode: pinnedPackage, bun: pinnedPackage, ripgrep: pinnedPackage })

const targetName = z.string().refine((name) => TARGETS.some((target) => target.name === name), {
  error: `must be one of ${TARGETS.map(({ name }) => name).join(", ")}`,
})

const pin = z
  .strictObject({
    version,
    /** The name of upstream's npm packages, without the target; `opencode` when it is not there. */
    product: packageName.default(PRODUCT),
    git: z.strictObject({
      url: z.url({ protocol: /^(https|ssh|file)$/ }),
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/, "must be a full commit, 40 lower-case hex digits")
        .optional(),
    }),
    bun: z.strictObject({ version }),
    targets: z.record(targetName, target).refine((targets) => Object.keys(targets).length > 0, {
      error: "must have one target or more",
    }),
    /** The package whose web UI goes inside, for a release that has none. */
    webUi: pinnedPackage.optional(),
    /** By language; without a package where npm has no grammar of it. */
    grammars: z.record(z.string().regex(/^[\w-]+$/, "must be the name of a language"), grammar),
    /** What the tools and plugins of configuration folders import. */
    plugin: lockedTree.optional(),
  })
  .superRefine((value, context) => {
    for (const [name, { opencode, bun }] of Object.entries(value.targets)) {
      const expect = (part: "opencode" | "bun", found: string, expected: string) => {
        if (found === expected) return
        const message = `must be ${expected}, the version at the top of the pin`
        context.addIssue({ code: "custom", path: ["targets", name, part, "version"], message })
      }
      expect("opencode", opencode.version, value.version)
      expect("bun", bun.version, value.bun.version)
    }
  })

/** One upstream OpenCode, named by content hash. docs/pins.md says what each field is and how it is made. */
export type Pin = z.infer<typeof pin>

/** What a pin has for one target. */
export type PinnedTarget = z.infer<typeof target>

/** The packages that the grammar of a language and its query are in; queries are joined in their order. */
export type PinnedGrammar = z.infer<typeof grammar>

/** The folder of this repository that holds the pins: a folder each, named by {@link pinName}. */
export const PINS = join(import.meta.dirname, "../..", "pins")

/**
 * Which pin is built when none is named, which others are kept built, tested and audited, and which are only audited, in
 * some scenarios.
 */
const supported = z.strictObject({
  default: z.string(),
  kept: z.array(z.string()),
  audited: z.strictObject({ pins: z.array(z.string()), scenarios: z.array(z.string()).min(1) }),
})

/** Reads `supported.json`, the one place that says which pin is the default, and what is promised of others. */
export async function readSupported(folder = PINS): Promise<z.infer<typeof supported>> {
  const file = join(folder, "supported.json")
  const parsed = supported.safeParse(parseJson(await readFile(file, "utf8"), file))
  if (parsed.success) return parsed.data
  throw malformed(file, describeIssues(parsed.error))
}

/** The name of a pin: its version, with the product in front where it is another one than OpenCode's first. */
export function pinName({ product, version }: Pick<Pin, "product" | "version">): string {
  return product === PRODUCT ? version : `${product.replace(/^@[^/]+\//, "")}-${version}`
}

/** The file of a pin. */
export function pinFile(name: string, folder = PINS): string {
  return join(folder, name, PIN_FILE)
}

/**
 * Reads and checks a pin from `folder`.
 * @param name such as a version; the default pin's when it is not given
 * @throws Failure that lists the pins there are when there is no such pin, and one that names the field when a field is
 *   missing, unknown or malformed
 */
export async function readPin(name?: string, folder = PINS): Promise<Pin> {
  const wanted = name ?? (await readSupported(folder)).default
  const known = await listPins(folder)
  if (!known.includes(wanted)) throw noSuchPin(wanted, known)
  const file = pinFile(wanted, folder)
  const parsed = pin.safeParse(parseJson(await readFile(file, "utf8"), file))
  if (!parsed.success) throw malformed(file, describeIssues(parsed.error))
  if (pinName(parsed.data) === wanted) return parsed.data
  throw malformed(
    file,
    `version: must be that of ${wanted}, as the folder is called, but is ${parsed.data.version}`,
  )
}

/** @throws Failure that lists the targets the pin has */
export function pinnedTarget(pin: Pin, name: string): PinnedTarget {
  const found = pin.targets[name]
  if (found) return found
  const known = Object.keys(pin.targets)
  throw new Failure({
    what: `The pin ${pinName(pin)} has no target ${JSON.stringify(name)}`,
    why: `it has ${known.join(", ")}: when it was made, the npm registry had no ${packageFor(pin.product, findTarget(name))}@${pin.version}`,
    next: `npm run build -- --pin ${pinName(pin)} --target ${known[0]}; or mirror ${packagesToMirror(pin, name)}, and add them: npm run pin -- ${pinSpec(pin)} --add`,
  })
}

/** The targets of upstream's that a pin has not. */
export function missingTargets(pin: Pin): string[] {
  return TARGETS.map(({ name }) => name).filter((name) => !(name in pin.targets))
}

/** What a registry must have for a target that a pin has not. */
export function packagesToMirror(pin: Pin, target: string): string {
  return packagesFor(pin.product, pin.version, findTarget(target), pin.bun.version).join(", ")
}

/** How `npm run pin` is told which release a pin is of. */
export function pinSpec({ product, version }: Pin): string {
  return product === PRODUCT ? version : `${product}@${version}`
}

/** The names of the pins in `folder`, newest version first; those of other products come last. */
export async function listPins(folder = PINS): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory() && existsSync(pinFile(entry.name, folder)))
  const isOther = (name: string) => (semver.valid(name) === null ? 1 : 0)
  return names
    .map(({ name }) => name)
    .sort((a, b) => isOther(a) - isOther(b) || semver.rcompare(versionIn(a), versionIn(b)))
}

/** The version in a pin's name, behind its product where it has one. */
function versionIn(name: string): string {
  return semver.valid(name) ?? semver.coerce(name, { includePrerelease: true })?.version ?? "0.0.0"
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed(file, `not JSON: ${(error as Error).message}`)
  }
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`)
    .join("\n        ")
}

function noSuchPin(name: string, known: string[]): Failure {
  const more = semver.valid(name) !== null ? `npm run pin -- ${name}` : "npm run pin -- VERSION"
  return new Failure({
    what: `There is no pin named ${JSON.stringify(name)}`,
    why: known.length > 0 ? `what can be built is ${known.join(", ")}` : "the folder of pins is empty",
    next:
      known.length > 0
        ? `npm run build -- --pin ${nearest(name, known) ?? known[0]}, or pin what the npm registry has: ${more}`
        : "git checkout -- pins",
  })
}

function malformed(file: string, why: string): Failure {
  return new Failure({
    what: `The pin ${file} is malformed.`,
    why,
    next: `Correct that field as docs/pins.md says, or take the file back: git checkout -- ${file}`,
  })
}
