import { describe, expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { readModuleGraph } from "../../scripts/container/index.ts"
import { NAMES } from "../../scripts/contents/names.ts"
import { type IsolatedOptions, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { builtExecutable } from "../lib/built.ts"

// Nothing that lies in the working directory or stands in the environment runs ahead of the guard. That the same does run
// when the executable is Bun is what shows that it would.

/** Leaves a file named after itself, and a packet. */
const leave = (name: string) =>
  `require("fs").writeFileSync("ran-${name}", ""); Bun.fetch("http://${name}.example/").catch(() => {})`

const files = {
  "bunfig.toml": `preload = ["./bunfig.cjs"]`,
  "bunfig.cjs": leave("bunfig"),
  "other.toml": `preload = ["./other.cjs"]`,
  "other.cjs": leave("other"),
  "preload.cjs": leave("preload"),
  ".env": "OPENCODE_OFFLINE_ALLOW=dotenv.example\nHTTP_PROXY=http://dotenv.example",
  "script.cjs": `if (process.env.HTTP_PROXY) require("fs").writeFileSync("ran-dotenv", "")`,
}

async function run(options: Partial<IsolatedOptions>) {
  const result = await runIsolated({ executable: builtExecutable(), files, provider: true, ...options })
  const ran = result.files.filter((file) => file.startsWith("project/ran-")).map((file) => file.slice(12))
  return { ...result, ran }
}

const cases: [title: string, env: Record<string, string>, asBun: string[]][] = [
  ["bunfig.toml and .env in the working directory", {}, ["bunfig", "dotenv"]],
  ["a preload in BUN_OPTIONS", { BUN_OPTIONS: "--preload=./preload.cjs --config=/dev/null" }, ["preload"]],
  ["another configuration in BUN_OPTIONS", { BUN_OPTIONS: "--config=./other.toml" }, ["other"]],
]

describe.each(cases)("%s", (_, env, asBun) => {
  test("is not looked at, and does not change the policy", async () => {
    const { stdout, ran } = await run({ args: ["--offline", "offline", "--json"], env, provider: undefined })
    expect(JSON.parse(stdout).allow).toEqual([{ entry: "loopback", origin: "always" }])
    expect(ran).toEqual([])
  })

  test("is heeded when the executable is Bun", async () => {
    const { ran } = await run({ args: ["script.cjs"], env: { ...env, BUN_BE_BUN: "1" }, provider: undefined })
    expect(ran).toEqual(expect.arrayContaining(asBun))
  })
})

test("none of them is looked at by a question either, nor NODE_OPTIONS", async () => {
  const env = {
    BUN_OPTIONS: "--preload=./preload.cjs --config=./other.toml",
    NODE_OPTIONS: "--require=./preload.cjs",
  }
  const { exitCode, ran, attempts, stdout } = await run({ args: ["--offline", "run", "hi"], env })
  expect({ exitCode, ran, attempts }).toEqual({ exitCode: 0, ran: [], attempts: [] })
  expect(stdout).toContain("The mock model says hello.")
})

test("the executable keeps the flags by which the runtime looks at neither bunfig.toml nor .env", async () => {
  expect(readModuleGraph(await readFile(builtExecutable())).flags).toBe(3)
})

test("OpenCode's own code uses nothing that the runtime does not let the guard replace", async () => {
  const { modules } = readModuleGraph(await readFile(builtExecutable()))
  const code = modules
    .filter(({ name, loader }) => loader === JAVASCRIPT && name !== NAMES.index && name !== NAMES.guard)
    .map(({ contents }) => Buffer.from(contents).toString("latin1"))
  expect(code.join("").match(/\bfetch\(/g)?.length).toBeGreaterThan(100)
  const uses =
    /\bBun\??\.(fetch|WebView)\b|\bBun\[|\{[^{}]*\bfetch\b[^{}]*\} = Bun\b|\bfrom ?"bun"|type: ?"macro"|\bBun\.(build|Transpiler|s3|S3Client)\b/g
  expect(code.flatMap((text) => text.match(uses) ?? [])).toEqual([])
})

/** How an executable marks a module that is code. */
const JAVASCRIPT = 1
