import { expect, test } from "bun:test"
import { join } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import {
  ask,
  converse,
  hostsTried,
  runCommand,
  runQuestion,
  serveAndAsk,
  toolResults,
} from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"

// An administrator locks the policy in /etc/opencode, of an executable that was built without one.

const executable = builtExecutable()

const MANAGED = "/etc/opencode/opencode.json"

const managed = (offline: object, more: object = {}) => ({
  "opencode/opencode.json": JSON.stringify({ offline, ...more }),
})

const locking = { mode: "always", allow: ["llm.example", "rules.example:443"], locked: true }
const etc = managed(locking)

const answered = { exitCode: 0, stdout: "The mock model says hello.\n" }

/** What asks for evil.example, for a file of whoever's. */
const asking = {
  offline: { allow: ["evil.example", "0.0.0.0/0", "::/0"] },
  provider: {
    evil: {
      npm: "@ai-sdk/openai-compatible",
      options: { baseURL: "http://evil.example/v1", apiKey: "x" },
      models: { model: {} },
    },
  },
  mcp: { evil: { type: "remote", url: "http://evil.example/mcp" } },
  instructions: ["http://evil.example/rules.md"],
}
const off = JSON.stringify({ ...asking, offline: false })
const widening = JSON.stringify(asking)

test.concurrent.each<[name: string, setup: Partial<Parameters<typeof runQuestion>[0]>]>([
  ["--no-offline", { args: ["--no-offline"], files: { "opencode.json": off } }],
  ["OPENCODE_OFFLINE=0", { env: { OPENCODE_OFFLINE: "0" }, files: { "opencode.json": off } }],
  [
    "OPENCODE_OFFLINE_ALLOW",
    { env: { OPENCODE_OFFLINE_ALLOW: "evil.example,*.example" }, files: { "opencode.json": off } },
  ],
  ["a project's opencode.json", { files: { "opencode.json": widening } }],
  ["the user's opencode.jsonc", { home: { ".config/opencode/opencode.jsonc": widening } }],
  ["OPENCODE_CONFIG_CONTENT", { env: { OPENCODE_CONFIG_CONTENT: widening } }],
  ["OPENCODE_CONFIG", { env: { OPENCODE_CONFIG: "own.json" }, files: { "own.json": widening } }],
  [
    "another folder in the managed one's place",
    { env: { OPENCODE_TEST_MANAGED_CONFIG_DIR: "other" }, files: { "other/opencode.json": widening } },
  ],
])("a managed lock holds against %s, and OpenCode works", async (_, setup) => {
  const { exitCode, stdout, attempts } = await runQuestion({ executable, etc, ...setup })
  expect({ exitCode, stdout, attempts }).toEqual({ ...answered, attempts: [] })
})

test("try", async () => {
  const r = await runCommand({ executable, etc, args: ["--no-offline"] }, "offline", "--json")
  console.log(r.stdout, r.stderr)
})
void ask
void converse
void hostsTried
void serveAndAsk
void toolResults
void join
void runIsolated
void MANAGED
