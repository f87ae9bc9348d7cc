import { tmpdir } from "node:os"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { LINTER, requireInstalled } from "../lib/installed.ts"
import { run } from "../lib/process.ts"

const BIOME = new URL("../../node_modules/@biomejs/biome/bin/biome", import.meta.url).pathname

/** What is read of a repository's package.json: its settings for Prettier. */
const Settings = z.object({
  prettier: z
    .object({
      semi: z.boolean().default(true),
      printWidth: z.int().default(80),
      singleQuote: z.boolean().default(false),
    })
    .optional(),
})

export type Formatter = (file: string, text: string) => Promise<string>

/**
 * A formatter with the repository's own settings for Prettier, whose form Biome keeps to. What is no TypeScript stays as
 * it is, and so does everything where the repository has no such settings.
 * @param manifest the text of its package.json
 */
export function readFormatter(manifest: string | undefined): Formatter {
  const { prettier } = Settings.parse(JSON.parse(manifest ?? "{}"))
  if (!prettier) return async (_file, text) => text
  const words = [
    "format",
    "--vcs-enabled=false",
    "--indent-style=space",
    `--line-width=${prettier.printWidth}`,
    `--semicolons=${prettier.semi ? "always" : "as-needed"}`,
    `--javascript-formatter-quote-style=${prettier.singleQuote ? "single" : "double"}`,
    "--trailing-commas=all",
  ]
  return (file, text) =>
    /\.tsx?$/.test(file) ? format([...words, `--stdin-file-path=${file}`], text) : Promise.resolve(text)
}

/** The text as it was changed, formatted when it was so before: other lines than ours are not touched. */
export async function formatLike(
  formatter: Formatter,
  file: string,
  { before, after }: { before: string | undefined; after: string },
): Promise<string> {
  if (before !== undefined && (await formatter(file, before)) !== before) return after
  return formatter(file, after)
}

async function format(words: string[], text: string): Promise<string> {
  requireInstalled("A pull request needs", LINTER)
  // In a folder where no settings of this project's are found.
  const where = { cwd: tmpdir(), env: { PATH: process.env.PATH ?? "" } }
  const { exitCode, stdout, stderr } = await run(process.execPath, [BIOME, ...words], {
    ...where,
    input: text,
  })
  if (exitCode === 0) return String(stdout)
  throw new Failure({
    what: "The formatter failed",
    why: String(stderr).slice(0, 500),
    next: "npm ci, and run it again",
  })
}
