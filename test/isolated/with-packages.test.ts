import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { join } from "node:path"
import { providerConfig, providerUrl, type Turn } from "../../scripts/harness/provider.ts"
import { type IsolatedOptions, type IsolatedResult, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { toolResults, toolsOffered } from "../../scripts/harness/scenarios.ts"
import { rootOf } from "../../scripts/lib/npm/locked.ts"
import { run } from "../../scripts/lib/process.ts"
import { pinName } from "../../scripts/pins/pin.ts"
import type { BuildRecord } from "../../scripts/record/build-record.ts"
import { builtExecutable } from "../lib/built.ts"
import { copyProject, type Project } from "../lib/project.ts"
import { isReadable, pin } from "../lib/stock.ts"

// A build that carries a plugin and a provider package from npm, which upstream's executable has not. The plugin is an ES
// module with dependencies in CommonJS and a zod of its own, of another major version than OpenCode's.

/** Of the interface between models and OpenCode that the release speaks: with another, newer releases ask a model for ever. */
const DEEPSEEK = isReadable ? "1.0.60" : "2.0.69"

const WITH = [
  "--pin",
  pinName(pin),
  "--with",
  "opencode-skills@0.1.7",
  "--with",
  `@ai-sdk/deepseek@${DEEPSEEK}`,
]

let project: Project
let record: BuildRecord

beforeAll(async () => {
  project = await copyProject()
  const { exitCode, stdout } = await project.build([...WITH, "--out", "with", "--json"])
  expect(exitCode).toBe(0)
  record = JSON.parse(stdout)
})
afterAll(() => project.remove())

const HELLO: Turn[] = [{ text: "hello" }]

function runOffline(options: Partial<IsolatedOptions>) {
  return runIsolated({
    executable: join(project.folder, "with/opencode"),
    args: ["--offline", "run", "hi"],
    mode: "drop",
    provider: HELLO,
    ...options,
  })
}

/** The project's own configuration, beside the user's with the mock provider. */
const naming = (settings: object) => ({ "opencode.json": JSON.stringify(settings) })

const SKILL = {
  ".opencode/skills/tidy-up/SKILL.md":
    "---\nname: tidy-up\ndescription: How to tidy up a room in three steps\n---\nPick it up.\n",
}

const provider = {
  deep: {
    npm: "@ai-sdk/deepseek",
    name: "Deep",
    options: { baseURL: providerUrl, apiKey: "none" },
    models: { "deep-model": { name: "Deep Model", limit: { context: 100_000, output: 10_000 } } },
  },
}
const deep = {
  ".config/opencode/opencode.json": JSON.stringify(providerConfig({ model: "deep/deep-model", provider })),
}

const TELLS = `import { createDeepSeek } from "@ai-sdk/deepseek"
export default { description: "Tells", args: {}, execute: async () => typeof createDeepSeek }
`

/** A question to the model of the provider inside, in a project that names no plugin and has a tool of its own. */
let asked: IsolatedResult
beforeAll(async () => {
  const files = { ...SKILL, ".opencode/tool/tells.ts": TELLS }
  asked = await runOffline({ home: deep, files, provider: [{ tool: "tells", input: {} }, ...HELLO] })
})

describe("a plugin inside", () => {
  const call: Turn[] = [{ tool: "skills_tidy_up", input: {} }, ...HELLO]

  test("works when opencode.json names opencode-skills@0.1.7, and nothing is tried", async () => {
    const files = { ...SKILL, ...naming({ plugin: ["opencode-skills@0.1.7"] }) }
    const result = await runOffline({ files, provider: call })
    expect(result).toMatchObject({ exitCode: 0, attempts: [] })
    expect(result.stdout).toContain("hello")
    expect(toolResults(result)).toEqual(["Launching skill: tidy-up"])
    expect(JSON.stringify(result.providerRequests.at(-1)?.body?.messages)).toContain("Pick it up.")
  })

  test("works when opencode.json names opencode-skills, and nothing is tried", async () => {
    // Whether it is there is seen by its tool, which is the model's only once the plugin is loaded.
    const result = await runOffline({
      files: { ...SKILL, ...naming({ plugin: ["opencode-skills"] }) },
      args: ["--offline", "debug", "agent", "build"],
    })
    expect(result).toMatchObject({ exitCode: 0, attempts: [] })
    expect(JSON.parse(result.stdout).tools).toHaveProperty("skills_tidy_up", true)
  })

  test("is not loaded when nothing names it", () => {
    expect(toolsOffered(asked)).toContain("tells")
    expect(toolsOffered(asked)).not.toContain("skills_tidy_up")
  })

  test("of another version than the one asked for is an error that shows both", async () => {
    const { stderr, stdout, attempts } = await runOffline({
      files: { ...SKILL, ...naming({ plugin: ["opencode-skills@0.1.6"] }) },
      args: ["--offline", "debug", "agent", "build"],
    })
    expect(attempts).toEqual([])
    expect(stderr).toMatch(/^! .*opencode-skills@0\.1\.6.*inside is 0\.1\.7.*npm install --prefix /m)
    const { tools } = JSON.parse(stdout)
    expect(tools).toHaveProperty("read", true)
    expect(tools).not.toHaveProperty("skills_tidy_up")
  })

  test("gives way to one on disk, which is loaded", async () => {
    const folder = ".opencode/node_modules/opencode-skills"
    const files = {
      ...SKILL,
      ...naming({ plugin: ["opencode-skills"] }),
      [`${folder}/package.json`]: JSON.stringify({ name: "opencode-skills", version: "9.9.9", main: "a.js" }),
      [`${folder}/a.js`]: `export const P = async ({ directory }) => (await Bun.write(directory + "/disk", ""), {})`,
    }
    const result = await runOffline({ files, args: ["--offline", "debug", "agent", "build"] })
    expect(result.attempts).toEqual([])
    expect(result.files).toContain("project/disk")
    const { tools } = JSON.parse(result.stdout)
    expect(tools).toHaveProperty("read", true)
    expect(tools).not.toHaveProperty("skills_tidy_up")
  })
})

describe("a provider package inside", () => {
  test("answers when opencode.json names it, and nothing is tried", () => {
    expect(asked.attempts).toEqual([])
    expect(asked.stdout).toContain("hello")
    expect(asked.providerRequests.map(({ body }) => body?.model)).toContain("deep-model")
  })

  test("is missing in a build without it", async () => {
    const { stderr, providerRequests, attempts } = await runOffline({
      home: deep,
      executable: builtExecutable(),
    })
    expect(attempts).toEqual([])
    expect(stderr).toMatch(/^! .*@ai-sdk\/deepseek@latest is not installed/m)
    expect(providerRequests).toEqual([])
  })
})

test("a custom tool can import what was put inside", () => {
  expect(toolResults(asked)).toEqual(["function"])
})

test("build.json names each package with its hash, its licence and what it is made of", () => {
  const [skills, deepseek, plugin] = record.packages
  expect(skills).toMatchObject({ package: "opencode-skills", version: "0.1.7" })
  expect(deepseek).toMatchObject({ package: "@ai-sdk/deepseek", version: DEEPSEEK })
  expect(plugin).toMatchObject({ package: "@opencode-ai/plugin", version: rootOf(pin.plugin!).version })
  for (const { module, bytes, sha256 } of record.packages)
    expect(record.modules.added).toContainEqual({ name: module, bytes, sha256 })
  const parts = skills?.contains.map((part) => `${part.package} ${part.license}`) ?? []
  expect(parts).toContain("gray-matter MIT")
  expect(parts).not.toContain("effect MIT")
  expect(record.inputs.map(({ name }) => name)).toContain("pins/extra.json")
})

test("npm run verify makes the same again", async () => {
  const words = ["scripts/commands/verify.ts", join(project.folder, "with/opencode")]
  const { exitCode, stdout } = await run(process.execPath, words, { cwd: project.folder, env: process.env })
  expect(String(stdout)).toContain("offline-packages/opencode-skills@0.1.7.br")
  expect(String(stdout)).toContain("is what this checkout makes, and what build.json says")
  expect(exitCode).toBe(0)
})
