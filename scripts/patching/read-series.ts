import { readFile } from "node:fs/promises"
import semver from "semver"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import type { NamedPatch } from "./apply.ts"
import type { Patch } from "./patch.ts"

const range = z.string().refine((text) => semver.validRange(text) !== null, "must be a range of versions")

/** What a patch declares about itself; the edits are checked by their type and by applying them. */
const Declaration = z
  .object({
    subject: z.string().regex(/^(feat|fix|docs|chore|refactor|test)\s*(\([a-zA-Z0-9-]+\))?\s*: \S/),
    why: z.string().min(40),
    whyPatch: z.string().min(20),
    kind: z.enum(["upstreamable", "build", "offline-only"]),
    upstream: z.array(z.number().int().positive()),
    removeWhen: z.string().min(20),
    range,
    level: z.enum(["required", "optional"]),
    edits: z.array(
      z.object({ file: z.string().regex(/^(src|script|node_modules)\//), what: z.string().min(8) }).loose(),
    ),
    chunks: z
      .array(
        z
          .object({
            what: z.string().min(8),
            anchor: z.string().min(6),
            places: z.union([z.int().positive(), z.record(range, z.int().nonnegative())]),
          })
          .loose(),
      )
      .min(1)
      .optional(),
  })
  .refine(({ edits, chunks }) => edits.length + (chunks?.length ?? 0) > 0, "it has no edit")

const DIRECTORY = new URL("../../patches/", import.meta.url)

/**
 * Reads patches/series (a name a line, `#` starts a comment) and the patches that it names.
 * @throws Failure when a patch is missing, named twice, or does not declare all that a patch must
 */
export async function readSeries(directory: URL = DIRECTORY): Promise<NamedPatch[]> {
  const lines = (await readFile(new URL("series", directory), "utf8")).split("\n")
  const names = lines.map((line) => line.replace(/#.*/, "").trim()).filter(Boolean)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice) throw invalid(twice, "patches/series names it twice")
  return Promise.all(names.map((name) => readPatch(name, directory)))
}

async function readPatch(name: string, directory: URL): Promise<NamedPatch> {
  const module = await import(new URL(`${name}.ts`, directory).href).catch((error) => {
    throw invalid(name, `patches/${name}.ts cannot be loaded: ${error.message}`)
  })
  const declared = Declaration.safeParse(module.default)
  if (!declared.success) throw invalid(name, z.prettifyError(declared.error))
  return { name, ...(module.default as Patch) }
}

function invalid(name: string, why: string): Failure {
  return new Failure({
    what: `The patch ${name} cannot be used`,
    why,
    next: `mend patches/${name}.ts or its line in patches/series`,
  })
}
