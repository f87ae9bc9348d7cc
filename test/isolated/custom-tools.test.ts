import { describe, expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { providerConfig, type Turn } from "../../scripts/harness/provider.ts"
import { type IsolatedOptions, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { toolResults } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"

/** A tool of the kind that OpenCode's documentation shows. */
const GREET = `import { tool } from "@opencode-ai/plugin"
import type { ToolContext } from "@opencode-ai/plugin"

export default tool({
  description: "Greets",
  args: { name: tool.schema.string().describe("Whom"), times: tool.schema.number().int().optional() },
  async execute({ name, times = 1 }, context: ToolContext) {
    return \`good day \${name} \`.repeat(times) + typeof context.sessionID
  },
})
`

const CALL: Turn = { tool: "greet", input: { name: "Ann", times: 2 } }
const DONE = { text: "All is done." }
const ANSWER = "good day Ann good day Ann string"
const CONFIG = { ".config/opencode/opencode.json": JSON.stringify(providerConfig()) }

function runOffline(options: Partial<IsolatedOptions>) {
  return runIsolated({
    executable: builtExecutable(),
    args: ["--offline", "run", "hi"],
    provider: [CALL, DONE],
    mode: "drop",
    ...options,
    home: { ...CONFIG, ...options.home },
  })
}

interface Offered {
  function: { name: string; parameters: unknown }
}

/** A tool whose answer is an expression, with imports of its own. */
function toolThatGives(expression: string, ...imports: string[]): string {
  return `${imports.join("\n")}
export default { description: "Tells", args: {}, async execute() { return String(${expression}) } }
`
}

/** Calls tools that take nothing, one after the other. */
function callAll(...names: string[]): Turn[] {
  return [...names.map((tool) => ({ tool, input: {} })), DONE]
}

/** A package on disk that says so. */
function packageOnDisk(folder: string, name: string, code: string, version = "9.9.9") {
  return {
    [`${folder}/node_modules/${name}/package.json`]: JSON.stringify({ name, version, main: "index.js" }),
    [`${folder}/node_modules/${name}/index.js`]: code,
  }
}

describe("a custom tool that imports @opencode-ai/plugin, offline, without an install", () => {
  test.each([
    ["the project", { files: { ".opencode/tool/greet.ts": GREET } }],
    ["the configuration folder", { home: { ".config/opencode/tool/greet.ts": GREET } }],
  ])("is called with its arguments when it is in %s", async (_, places: Partial<IsolatedOptions>) => {
    const result = await runOffline(places)
    expect(toolResults(result)).toEqual([ANSWER])
    expect(result.stdout).toContain(DONE.text)
    expect(result.files.filter((file) => /node_modules|package\.json$/.test(file))).toEqual([])
    expect(result.attempts).toEqual([])
  })

  test("is called when its folder is read-only", async () => {
    const script = `mount --bind .opencode .opencode && mount -o remount,bind,ro .opencode || exit 1
touch .opencode/tool/a 2>/dev/null && exit 1
exec "$@"`
    const result = await runOffline({
      executable: Bun.which("sh")!,
      args: ["-c", script, "sh", builtExecutable(), "--offline", "run", "hi"],
      env: { PATH: process.env.PATH! },
      files: { ".opencode/tool/greet.ts": GREET },
    })
    expect(toolResults(result)).toEqual([ANSWER])
    expect(result.attempts).toEqual([])
  })

  test("is called when the folder of its kind, or its configuration folder, is a link", async () => {
    const script = `mkdir -p ../elsewhere/tool .opencode
mv greet.ts ../elsewhere/tool && ln -s ../../elsewhere/tool .opencode/tool
exec "$@"`
    const result = await runOffline({
      executable: Bun.which("sh")!,
      args: ["-ec", script, "sh", builtExecutable(), "--offline", "run", "hi"],
      env: { PATH: process.env.PATH! },
      files: { "greet.ts": GREET },
    })
    expect(toolResults(result)).toEqual([ANSWER])
    expect(result.attempts).toEqual([])
  })

  test("has its schema offered to the model", async () => {
    const { providerRequests } = await runOffline({ files: { ".opencode/tool/greet.ts": GREET } })
    const offered = providerRequests.flatMap(({ body }) => body?.tools ?? []) as unknown as Offered[]
    expect(offered.find((tool) => tool.function.name === "greet")?.function.parameters).toMatchObject({
      type: "object",
      properties: { name: { type: "string" }, times: { type: "integer" } },
      required: ["name"],
    })
  })

  test("is called in the TUI, whose server is a worker", async () => {
    const result = await runOffline({
      // The file, because the screen does not always show an answer that comes at once.
      files: {
        ".opencode/tool/greet.ts": GREET.replace("return", 'await Bun.write("called", name)\n    return'),
      },
      args: ["--offline"],
      pty: true,
      async during({ waitFor, waitUntil, type, folder }) {
        await waitFor("Ask anything")
        await waitFor("Mock Model")
        await type("say hi")
        await waitFor("say hi")
        await type("\r")
        await waitUntil("the tool to be called", () => existsSync(join(folder.project, "called")))
      },
    })
    expect(result.files).toContain("project/called")
    expect(result.attempts).toEqual([])
  })
})

test("a tool of CommonJS is called, and one that is minified", async () => {
  const answer = (text: string) => `{ description: "Tells", args: {}, execute: async () => ${text} }`
  const files = {
    ".opencode/tool/old.js": `const { basename } = require("node:path")\nmodule.exports = ${answer('basename("a/old")')}`,
    ".opencode/tool/small.js": `import{z as a}from"zod";var b=${answer('a.string().parse("small")')};export{b as default};`,
  }
  const result = await runOffline({ files, provider: callAll("old", "small") })
  expect(toolResults(result).slice(-2)).toEqual(["old", "small"])
  expect(result.attempts).toEqual([])
})

test("an import that is neither on disk nor inside is named, with the command that provides it", async () => {
  const files = { ".opencode/tool/tidy.ts": toolThatGives("lodash", `import lodash from "lodash"`) }
  const { stderr, attempts } = await runOffline({ files })
  expect(
    stderr.match(/^! .*tidy\.ts imports lodash, .*npm install --prefix .*\.opencode lodash$/gm),
  ).toHaveLength(1)
  expect(attempts).toEqual([])
})

test("a tool imports what upstream installs beside it, and shares one zod with it", async () => {
  const files = {
    ".opencode/tools/direct.ts": toolThatGives(
      `[z === tool.schema, tool === same, typeof createOpencodeClient, typeof v4.object, helped]`,
      `import { z } from "zod"`,
      `import * as v4 from "zod/v4"`,
      `import { tool } from '@opencode-ai/plugin'`,
      `import { tool as same } from "@opencode-ai/plugin/tool"`,
      `import { createOpencodeClient } from "@opencode-ai/sdk"`,
      `import { helped } from "../lib/helper"`,
    ),
    ".opencode/lib/helper.ts": `export { helped } from "./deeper.js"`,
    ".opencode/lib/deeper.js": `import z from "zod"\nexport const helped = z.string().parse("helped")`,
    ".opencode/tools/late.js": toolThatGives(
      `(await import("zod")).z.string().parse("late")`,
      `import { readFileSync } from "node:fs"`,
    ),
    ".opencode/tools/where.ts": toolThatGives(
      `[import.meta.path.split("/project/")[1], new Error("a").stack.match(/where.ts:\\d+/)]`,
      `import "zod"`,
    ),
  }
  const result = await runOffline({ files, provider: callAll("direct", "late", "where") })
  expect(toolResults(result).slice(-3)).toEqual([
    "true,true,function,function,helped",
    "late",
    ".opencode/tools/where.ts,where.ts:2",
  ])
  expect(result.attempts).toEqual([])
})

describe("a plugin that imports @opencode-ai/plugin, offline", () => {
  const PLUGIN = `import { type Plugin, tool } from "@opencode-ai/plugin"

export const Greeter: Plugin = async () => ({
  tool: { greet: tool({
    description: "Greets",
    args: { name: tool.schema.string(), times: tool.schema.number() },
    execute: async ({ name, times }, { sessionID }) => \`good day \${name} \`.repeat(times) + typeof sessionID,
  }) },
})
`
  test.each([
    ["is in the project", { files: { ".opencode/plugin/greeter.ts": PLUGIN } }],
    ["is in the configuration folder", { home: { ".config/opencode/plugins/greeter.ts": PLUGIN } }],
  ])("adds its tool when it %s", async (_, places: Partial<IsolatedOptions>) => {
    const result = await runOffline(places)
    expect(toolResults(result)).toEqual([ANSWER])
    expect(result.attempts).toEqual([])
  })

  test.each([
    [
      "is a file that opencode.json names",
      {
        files: {
          "opencode.json": JSON.stringify({ plugin: ["./own/greeter.ts"] }),
          "own/greeter.ts": PLUGIN,
        },
      },
    ],
    [
      "is a package on disk without the packages that it needs",
      {
        files: {
          "opencode.json": JSON.stringify({ plugin: ["greeter@1.0.0"] }),
          ...packageOnDisk(".opencode", "greeter", `export * from "./lib/greeter.ts"`, "1.0.0"),
          ".opencode/node_modules/greeter/lib/greeter.ts": PLUGIN,
        },
      },
    ],
  ])("adds its tool when it %s", async (_, places: Partial<IsolatedOptions>) => {
    const result = await runOffline(places)
    expect(toolResults(result)).toEqual([ANSWER])
    expect(result.stdout).toContain(DONE.text)
    expect(result.attempts).toEqual([])
  })
})

describe("what is on disk", () => {
  const TELL = toolThatGives("from", `import { from } from "zod"`)
  const TELL_INSIDE = toolThatGives(`z.string().parse("inside")`, `import { z } from "zod"`)

  test("beside a tool wins over what is inside, for each folder of its own", async () => {
    const result = await runOffline({
      files: { ".opencode/tool/inside.ts": TELL_INSIDE },
      home: {
        ".config/opencode/tool/disk.ts": TELL,
        ...packageOnDisk(".config/opencode", "zod", `export const from = "disk"`),
      },
      provider: callAll("inside", "disk"),
    })
    expect(toolResults(result).slice(-2)).toEqual(["inside", "disk"])
    expect(result.attempts).toEqual([])
  })

  const MARK = `import { from } from "zod"
export const Mark = async ({ directory }) => (await Bun.write(directory + "/" + from, ""), {})
`
  test.each([
    ["a package", ["greeter@1.0.0"], ".opencode"],
    ["a file elsewhere", ["./own/plugin/mark.ts"], "."],
  ])("above %s that is a plugin wins", async (_, plugin, folder) => {
    const files = {
      "opencode.json": JSON.stringify({ plugin }),
      "own/plugin/mark.ts": MARK,
      ".opencode/node_modules/greeter/package.json": `{ "version": "1.0.0", "main": "plugin/mark.js" }`,
      ".opencode/node_modules/greeter/plugin/mark.js": MARK,
      ...packageOnDisk(folder, "zod", `export const from = "disk"`),
    }
    const result = await runOffline({ files })
    expect(result.files).toContain("project/disk")
    expect(result.attempts).toEqual([])
  })

  test("above a configuration folder does not: there upstream would install its own", async () => {
    const result = await runOffline({
      files: { ".opencode/tool/inside.ts": TELL_INSIDE, ...packageOnDisk(".", "zod", "export const z = {}") },
      provider: callAll("inside"),
    })
    expect(toolResults(result)).toEqual(["inside"])
  })
})
