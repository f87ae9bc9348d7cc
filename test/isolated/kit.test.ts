import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { extract } from "tar"
import { RELEASE } from "../../scripts/lib/fresh-release.ts"
import { runIsolated } from "../../scripts/lib/isolation/isolated.ts"
import type { Turn } from "../../scripts/lib/isolation/provider.ts"
import { ask, toolResults } from "../../scripts/lib/isolation/scenarios.ts"
import { run } from "../../scripts/lib/process.ts"

// The archive that `npm run kit` makes, installed where there is no Node, no npm and no network.

setDefaultTimeout(300_000)

let folder: string
let unpacked: string
let prefix: string
/** Holds git and a shell. */
let bin: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "opencode-offline-kit-"))
  prefix = join(folder, "a prefix")
  bin = join(folder, "bin")
  await mkdir(bin)
  for (const name of ["git", "sh"]) await symlink(Bun.which(name)!, join(bin, name))
  const file = join(folder, "kit.tar.gz")
  await kit("--out", file, "--release", RELEASE)
  await extract({ file, cwd: folder })
  unpacked = join(folder, "opencode-1.3.0-linux-x64-kit")
  await install()
})
afterAll(() => rm(folder, { recursive: true }))

async function kit(...args: string[]) {
  const words = [join(import.meta.dirname, "../../scripts/kit.ts"), "--json", ...args]
  const { exitCode, stdout, stderr } = await run(process.execPath, words, { env: process.env })
  if (exitCode !== 0) throw new Error(`kit failed:\n${stderr}`)
  return JSON.parse(stdout)
}

/** Runs a shell script with the system's PATH, in a network that records. */
function script(...args: string[]) {
  return runIsolated({ executable: Bun.which("sh")!, args, env: { PATH: process.env.PATH! } })
}

function install() {
  return script(join(unpacked, "install.sh"), "--prefix", prefix)
}

function installed(files: Record<string, string>, turns: Turn[]) {
  const executable = join(prefix, "bin/opencode")
  return ask(
    { executable, files, env: { OPENCODE_OFFLINE: "1", PATH: `${bin}:${join(prefix, "bin")}` } },
    turns,
  )
}

/** Upstream waits three seconds for diagnostics, and a server that starts may need longer: so each file is written twice. */
function write(files: Record<string, string>): Turn[] {
  const once = Object.entries(files).map(([filePath, content]) => ({
    tool: "write",
    input: { filePath, content },
  }))
  return [...once, ...once, { text: "Done." }]
}

test("the model is shown the errors in a TypeScript and in a Python file, offline and without Node", async () => {
  const turns = write({ "one.ts": 'export const one: number = "1"\n', "two.py": 'two: int = "2"\n' })
  const result = await installed({}, turns)
  expect(result).toMatchObject({ exitCode: 0, attempts: [] })
  const results = toolResults(result).join("\n")
  expect(results).toContain("Type 'string' is not assignable to type 'number'")
  expect(results).toContain('"Literal[\'2\']" is not assignable to "int"')
})
