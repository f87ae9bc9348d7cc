import { beforeAll, describe, expect, test } from "bun:test"
import { providerConfig, type Turn } from "../../scripts/harness/provider.ts"
import { type IsolatedOptions, type IsolatedResult, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { hostsTried, untilTried } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { runsAll } from "../lib/sampling.ts"
import { isReadable, stockExecutable } from "../lib/stock.ts"

const HELLO: Turn[] = [{ text: "hello" }]

function runOffline(options: Partial<IsolatedOptions>) {
  return runIsolated({
    executable: builtExecutable(),
    args: ["--offline", "run", "hi"],
    provider: HELLO,
    ...options,
  })
}

/** A plugin of our own that leaves a mark in the project when it is loaded. */
function plugin(folder: string, name: string) {
  return {
    [`${folder}/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
    [`${folder}/${name}/index.js`]: `export const Marker = async ({ directory }) => {
  await Bun.write(directory + "/${name}-was-here", "")
  return {}
}`,
  }
}

const WRITE: Turn[] = [
  { tool: "write", input: { filePath: "one.ts", content: "let  a  =  1\n" } },
  { tool: "read", input: { filePath: "one.ts" } },
  ...HELLO,
]

/** Formatters and language servers are on by themselves in some releases only. */
const switchedOn = { formatter: {}, lsp: {} }

/** All that a project may name is on disk: plugins in both folders, and a formatter of our own under prettier's name. */
let provided: IsolatedResult
/** None of it is, and the model writes a file as well. */
let missing: IsolatedResult
/** What the project of that run has of packages. */
const OWN = {
  "package.json": JSON.stringify({ devDependencies: { prettier: "3.0.0", typescript: "5.0.0" } }),
  "node_modules/typescript/package.json": JSON.stringify({ name: "typescript", version: "5.0.0" }),
  "node_modules/typescript/lib/tsserver.js": "",
}

beforeAll(async () => {
  provided = await runOffline({
    files: {
      "opencode.json": JSON.stringify(switchedOn),
      ...plugin(".opencode/node_modules", "in-project"),
      "package.json": JSON.stringify({ devDependencies: { prettier: "3.0.0" } }),
      "package-lock.json": "{}",
      "node_modules/.bin/prettier": `#!/usr/bin/env node\nrequire("fs").writeFileSync(process.argv.at(-1), "formatted")\n`,
    },
    home: {
      ".config/opencode/opencode.json": JSON.stringify(
        providerConfig({ plugin: ["in-configuration@1.0.0", "in-project@1.0.0"] }),
      ),
      ...plugin(".config/opencode/node_modules", "in-configuration"),
    },
    provider: WRITE,
  })
  missing = await runOffline({
    files: {
      ...OWN,
      "package-lock.json": "{}",
      "opencode.json": JSON.stringify({ ...switchedOn, plugin: ["marker-plugin@1.0.0"] }),
      ".opencode/tool/greet.ts": TOOL,
    },
    provider: WRITE,
  })
})

describe("a plugin from opencode.json, offline", () => {
  test.each([
    ["the configuration folder", "in-configuration"],
    ["the project's .opencode", "in-project"],
  ])("is loaded from %s, without an install", (_, name) => {
    expect(provided.files).toContain(`project/${name}-was-here`)
    expect(provided.stdout).toContain("hello")
    expect(provided.attempts).toEqual([])
  })

  test("that is missing is named in one line that says how to provide it, and the rest works", () => {
    const { stderr, stdout, attempts, exitCode } = missing
    expect(stderr.match(/^! .*marker-plugin@1\.0\.0.*npm install --prefix .*$/gm)).toHaveLength(1)
    expect(stdout).toContain("hello")
    expect(exitCode).toBe(0)
    expect(attempts).toEqual([])
  })

  // That the recorder sees upstream's ask it is in stock.test.ts.
  if (runsAll)
    test("is what the stock executable goes to the registry for", async () => {
      const files = { "opencode.json": JSON.stringify({ plugin: ["marker-plugin@1.0.0"] }) }
      const executable = await stockExecutable()
      const during = untilTried(/^registry\./)
      const run = await runIsolated({ executable, args: ["run", "hi"], provider: HELLO, files, during })
      expect(hostsTried(run)).toContainEqual(expect.stringMatching(/^registry\./))
    })
})

test("a provider package that is missing is named in one line that says how to provide it", async () => {
  const provider = { acme: { npm: "acme-provider", models: { one: { name: "One" } } } }
  const files = { "opencode.json": JSON.stringify({ provider }) }
  const args = ["--offline", "run", "-m", "acme/one", "hi"]
  const { stderr, attempts } = await runOffline({ files, args })
  expect(stderr).toMatch(/acme|error/i)
  expect(stderr.match(/^! .*acme-provider@latest.*npm install --prefix .*$/gm)).toHaveLength(1)
  expect(attempts).toEqual([])
})

/** How a model ends its answer, in the two versions of the interface: with the older one, newer releases ask it again for ever. */
const FINISH = {
  v2: { finishReason: "stop", usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } },
  v3: {
    finishReason: { unified: "stop", raw: "stop" },
    usage: { inputTokens: { total: 1 }, outputTokens: { total: 1 } },
  },
}
const SPECIFICATION = isReadable ? "v2" : "v3"

/** A provider package of our own, whose model always says the same. */
const PROVIDER = `const parts = [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "1" },
  { type: "text-delta", id: "1", delta: "said by a package on disk" },
  { type: "text-end", id: "1" },
  { type: "finish", ...${JSON.stringify(FINISH[SPECIFICATION])} },
]
const start = (controller) => {
  for (const part of parts) controller.enqueue(part)
  controller.close()
}
const doStream = async () => ({ stream: new ReadableStream({ start }) })
export const createAcme = ({ name }) => ({
  languageModel: (modelId) => ({ specificationVersion: "${SPECIFICATION}", provider: name, modelId, supportedUrls: {}, doStream }),
})
`

test("a provider package on disk is used", async () => {
  const provider = { acme: { npm: "acme-provider", models: { one: { name: "One" } } } }
  const folder = ".config/opencode/node_modules/acme-provider"
  const home = {
    ".config/opencode/opencode.json": JSON.stringify({ provider }),
    [`${folder}/package.json`]: JSON.stringify({ name: "acme-provider", version: "1.0.0", main: "index.js" }),
    [`${folder}/index.js`]: PROVIDER,
  }
  const { stdout, attempts } = await runOffline({ home, args: ["--offline", "run", "-m", "acme/one", "hi"] })
  expect(stdout).toContain("said by a package on disk")
  expect(attempts).toEqual([])
})

test("a configuration folder gets no install: no package.json, no node_modules, no request", () => {
  const { attempts, files, providerRequests } = missing
  const offered = providerRequests.flatMap(({ body }) => body?.tools?.map((tool) => tool.function.name) ?? [])
  expect(offered).toContain("greet")
  const own = Object.keys(OWN).map((name) => `project/${name}`)
  expect(files.filter((file) => /package\.json$|node_modules/.test(file)).sort()).toEqual(own.sort())
  expect(attempts).toEqual([])
})

const TOOL = `export default { description: "Greets", args: {}, async execute() { return "good day" } }`

describe("a file that the model writes, offline", () => {
  test("is written, and formatted by the project's own prettier", () => {
    const { files, providerRequests, attempts } = provided
    expect(files).toContain("project/one.ts")
    expect(JSON.stringify(providerRequests.at(-1)?.body?.messages)).toContain("formatted")
    expect(attempts).toEqual([])
  })

  test("is written though neither formatter nor language server is on disk", () => {
    expect(missing.files).toContain("project/one.ts")
    expect(missing.stdout).toContain("hello")
    expect(missing.attempts).toEqual([])
  })
})
