import { join } from "node:path"
import { runCommand } from "../lib/errors.ts"
import { LINTER, requireInstalled } from "../lib/installed.ts"
import { run } from "../lib/process.ts"

const ROOT = join(import.meta.dirname, "../..")

const HELP = `npm run check      types, lint, format: says what is wrong and changes nothing
npm run format     formats, and mends what the linter can
Exit codes: 0 fine, 1 something is wrong, 2 could not run.`

/** What TypeScript itself consists of on this platform. */
const TYPES = `@typescript/typescript-${process.platform}-${process.arch}`

await runCommand(async () => {
  const [word, ...more] = process.argv.slice(2)
  if (word === "--help" || word === "-h") {
    console.log(HELP)
    return true
  }
  requireInstalled("npm run check and npm run format need", LINTER)
  if (word === "--write") return biome("--write", ...more)
  requireInstalled("The check of types needs", [TYPES])
  // Both say what they find.
  const found = [await tool("typescript/bin/tsc", "--noEmit"), await biome(...process.argv.slice(2))]
  return found.every(Boolean)
})

function biome(...words: string[]): Promise<boolean> {
  return tool("@biomejs/biome/bin/biome", "check", ...words, ...(words.some(isPath) ? [] : ["."]))
}

function isPath(word: string): boolean {
  return !word.startsWith("-")
}

async function tool(program: string, ...words: string[]): Promise<boolean> {
  const file = join(ROOT, "node_modules", program)
  const { exitCode } = await run(process.execPath, [file, ...words], {
    cwd: ROOT,
    env: process.env,
    stdio: "inherit",
  })
  return exitCode === 0
}
