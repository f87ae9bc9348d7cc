import { expect, test } from "bun:test"
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { providerModel } from "../../scripts/harness/provider.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { run } from "../../scripts/lib/process.ts"
import { builtExecutable } from "../lib/built.ts"
import { readPage } from "../lib/page.ts"

// docs/enterprise/serve.md, as far as it can be tried where systemd is not the first process.

const page = await readPage("enterprise/serve.md")
const unit = page.block("`/etc/systemd/system/opencode.service`")
const password = page.env("`/etc/opencode/serve.env`")
const line = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1] ?? ""
const [program, ...args] = line("ExecStart").split(" ")

test("systemd takes the unit without a word, where it is there", async () => {
  const sections = Array.from(unit.matchAll(/^\[(\w+)\]$/gm), ([, name]) => name)
  expect(sections).toEqual(["Unit", "Service", "Install"])
  const analyze = Bun.which("systemd-analyze")
  if (!analyze) return
  const root = await mkdtemp(join(tmpdir(), "unit-"))
  const file = join(root, "etc/systemd/system/opencode.service")
  for (const path of [file, join(root, program!)]) await mkdir(dirname(path), { recursive: true })
  await writeFile(file, unit)
  await writeFile(join(root, program!), "")
  await chmod(join(root, program!), 0o755)
  // Units that others are ordered by are not in this root.
  const { all } = await run(analyze, ["verify", `--root=${root}`, "--recursive-errors=no", file], {
    env: { PATH: process.env.PATH, SYSTEMD_LOG_LEVEL: "warning" },
    all: true,
  })
  await rm(root, { recursive: true })
  expect(String(all)).toBe("")
})

test("the unit's command serves those who have the password of the file, and nobody else, from a folder that is its own", async () => {
  const url = `http://127.0.0.1:${args.at(-1)}`
  const seen: number[] = []
  const { attempts, files } = await runIsolated({
    executable: builtExecutable(),
    args,
    env: password,
    provider: true,
    async during({ waitForServer, fetch }) {
      await waitForServer(`${url}/global/health`)
      const ask = async (headers: Record<string, string>) =>
        seen.push((await fetch(`${url}/session`, { headers })).status)
      const login = Buffer.from(`opencode:${password.OPENCODE_SERVER_PASSWORD}`).toString("base64")
      await ask({})
      await ask({ authorization: `Basic ${login}` })
    },
  })
  expect(seen).toEqual([401, 200])
  expect(attempts).toEqual([])
  expect(files).toContainEqual(expect.stringContaining("home/.local/share/opencode/log/"))
})

/** The command in memory that cannot be written and executed, as by MemoryDenyWriteExecute. */
function denied(...words: string[]) {
  const script = join(import.meta.dirname, "lib/deny-write-execute.ts")
  return runIsolated({
    executable: process.execPath,
    args: [script, builtExecutable(), ...words],
    env: { OPENCODE_OFFLINE: "1" },
    provider: true,
  })
}

test("where memory cannot be written and executed, upstream's code works, and kernel mode starts nothing", async () => {
  const { exitCode, stdout } = await denied("models")
  // What stands in for systemd's line here came with Linux 6.3.
  if (exitCode === NOT_HERE) return
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining(providerModel) })
  const kernel = await denied("run", "say hi", "--offline=kernel")
  expect(kernel.exitCode).not.toBe(0)
  expect(kernel).toMatchObject({ stdout: "", attempts: [], providerRequests: [] })
})

const NOT_HERE = 77
