import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../../scripts/lib/process.ts"
import { findTarget } from "../../scripts/upstream/target.ts"
import buns from "../fixtures/bun.json" with { type: "json" }
import { acquire, pinWith, stockBun, target } from "./stock.ts"

// Of the targets for which the registry has no executable of upstream's, Bun's own compiler makes one of a program of ours.

export const COMPILED = Object.keys(buns) as (keyof typeof buns)[]

/** The stock Bun of such a target. */
export function bunOf(name: keyof typeof buns): Promise<string> {
  return acquire(buns[name])
}

/** Longer than what is behind a stock Bun's sections, of which Bun 1.3 leaves what it does not write over. */
const TEXT_BYTES = 100_000

const COMPILE = `
  const [target, executablePath, outfile] = process.argv.slice(2)
  const compile = { target, executablePath, outfile, execArgv: ["--use-system-ca"] }
  const { success, logs } = await Bun.build({ entrypoints: ["./src/index.js", "./src/worker.js"], root: ".", compile })
  if (!success) throw new Error(logs.join("\\n"))
`

/**
 * Compiles a program of ours for a target, with the Bun of that version and without a network.
 * @returns its path, and what removes it
 */
export async function compileFor(
  name: keyof typeof buns,
): Promise<{ file: string; remove(): Promise<void> }> {
  const { version } = buns[name]
  const pin = await pinWith(({ bun, targets }) => bun.version === version && target.name in targets)
  const folder = await mkdtemp(join(tmpdir(), "compiled-"))
  const { os, arch } = findTarget(name)
  const file = join(folder, os === "windows" ? "program.exe" : "program")
  const sources = {
    "compile.js": COMPILE,
    "src/index.js":
      'import text from "./text.txt"\nconsole.log(text.length, new Worker("./src/worker.js"))\n',
    "src/worker.js": "self.close()\n",
    "src/text.txt": "text ".repeat(TEXT_BYTES / 5),
  }
  for (const [path, text] of Object.entries(sources)) await Bun.write(join(folder, path), text)
  await writeFile(join(folder, "package.json"), "{}")
  const args = ["--user", "--map-root-user", "--net", await stockBun(target.name, pin)]
  const words = ["compile.js", `bun-${os}-${arch}`, await bunOf(name), file]
  const { exitCode, stderr } = await run("unshare", [...args, ...words], {
    cwd: folder,
    env: { HOME: folder, PATH: process.env.PATH },
  })
  if (exitCode !== 0) throw new Error(`${name} could not be compiled: ${stderr}`)
  return { file, remove: () => rm(folder, { recursive: true }) }
}
