import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { integrity, lockedTree, packageName, version } from "../lib/npm/locked.ts"

const file = z.strictObject({
  path: z.string().regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/, "must be a relative path such as bin/opencode"),
  bytes: z.int().positive(),
  sha512: z.string().regex(/^[0-9a-f]{128}$/, "must be a sha512 as 128 lower-case hex digits"),
})

const npmPackage = z.strictObject({
  name: packageName,
  version,
  integrity,
})

const pinnedPackage = npmPackage.extend({ executable: file })

const grammar = z
  .array(
    npmPackage.extend({
      license: z.string().min(1),
      licenseFile: file,
      wasm: file.optional(),
      highlights: file.optional(),
    }),
  )
  .refine((list) => list.filter(({ wasm }) => wasm).length === 1, { error: "must have one wasm" })
  .refine((list) => list.some(({ highlights }) => highlights), { error: "must have highlights" })

const target = z.strictObject({ opencode: pinnedPackage, bun: pinnedPackage })

const targetName = z.string().regex(/^(linux|darwin|windows)-(x64|arm64)(-baseline)?(-musl)?$/, {
  error: "must be a target such as linux-x64 or linux-x64-baseline-musl",
})

const pin = z
  .strictObject({
    version,
    git: z.strictObject({
      url: z.url({ protocol: /^(https|ssh|file)$/ }),
      commit: z.string().regex(/^[0-9a-f]{40}$/, "must be a full commit, 40 lower-case hex digits"),
    }),
    bun: z.strictObject({ version }),
    targets: z.record(targetName, target).refine((targets) => Object.keys(targets).length > 0, {
      error: "must have one target or more",
    }),
    webUi: pinnedPackage,
    ripgrep: pinnedPackage,
    grammars: z.record(z.string().regex(/^[\w-]+$/, "must be the name of a language"), grammar),
    plugin: lockedTree,
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

/** One npm package and the one file that is used from it, both by hash. */
export type PinnedPackage = z.infer<typeof pinnedPackage>

/** The packages that the grammar of a language and its query are in; queries are joined in their order. */
export type PinnedGrammar = z.infer<typeof grammar>

/** The folder of this repository that holds the pins, one JSON file each. */
export const PINS = join(import.meta.dirname, "../..", "pins")

/**
 * Reads and checks the pin `name` ("1.3.0") from `folder`. Throws a Failure that lists the pins there are when
 * there is no such pin, and one that names the field when a field is missing, unknown or malformed.
 */
export async function readPin(name: string, folder = PINS): Promise<Pin> {
  const known = await listPins(folder)
  if (!known.includes(name)) throw noSuchPin(name, known)
  const file = join(folder, `${name}.json`)
  const parsed = pin.safeParse(parseJson(await readFile(file, "utf8"), file))
  if (!parsed.success) throw malformed(file, describeIssues(parsed.error))
  if (parsed.data.version === name) return parsed.data
  throw malformed(file, `version: must be ${name}, as the file is called, but is ${parsed.data.version}`)
}

/** The names of the pins in `folder`, newest version first. */
export async function listPins(folder = PINS): Promise<string[]> {
  const files = await readdir(folder)
  const names = files
    .filter((file) => /^\d.*\.json$/.test(file))
    .map((file) => file.slice(0, -".json".length))
  return names.sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
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
  return new Failure({
    what: `There is no pin named ${JSON.stringify(name)}.`,
    why: known.length > 0 ? `The pins there are: ${known.join(", ")}.` : "The folder of pins is empty.",
    next: known.length > 0 ? `npm run build -- --pin ${known[0]}` : "git checkout -- pins",
  })
}

function malformed(file: string, why: string): Failure {
  return new Failure({
    what: `The pin ${file} is malformed.`,
    why,
    next: `Correct that field as docs/pins.md says, or take the file back: git checkout -- ${file}`,
  })
}
