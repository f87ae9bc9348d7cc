import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"

const FILE = join(import.meta.dirname, "../../pins/licenses.json")

const terms = z.strictObject({
  /** An SPDX expression. */
  license: z.string(),
  /** The line that its licence wants to be kept. */
  copyright: z.string().optional(),
  url: z.url().optional(),
  /** Who publishes it, as the place of its source calls them. */
  supplier: z.strictObject({ name: z.string(), url: z.url() }).optional(),
})

const part = terms.extend({
  name: z.string(),
  version: z.string().optional(),
  /** The version of the package of which that version is known. */
  of: z.string().optional(),
})

const known = z.strictObject({
  /** Terms of what is published without a file that says them. */
  holders: z.strictObject({ opencode: terms, bun: terms, "ripgrep-package": terms, "models.dev": terms }),
  /** What is linked into programs, as those who link it say. */
  contents: z.strictObject({ bun: z.array(part), "ripgrep-package": z.array(part) }),
})

/** What no package says of itself: `pins/licenses.json`. */
export type Known = z.infer<typeof known>

export type KnownPart = z.infer<typeof part>

/** @throws Failure when the file is malformed */
export async function readKnown(): Promise<Known> {
  const parsed = known.safeParse(JSON.parse(await readFile(FILE, "utf8")))
  if (parsed.success) return parsed.data
  throw new Failure({
    what: "pins/licenses.json is malformed",
    why: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    next: "correct that field as docs/licenses.md says",
  })
}
