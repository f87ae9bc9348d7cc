import { beforeAll, describe, expect, test } from "bun:test"
import { providerConfig, type Turn } from "../../scripts/harness/provider.ts"
import { type IsolatedOptions, type IsolatedResult, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { toolResults } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { ANSWER, CALL, GREET } from "./lib/greet-tool.ts"

const DONE = { text: "All is done." }
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

/** The same tool for another folder, which greets by another word. */
const greeting = (word: string) => GREET.replaceAll("good day", word)
const callOf = (tool: string): Turn => ({ ...CALL, tool })
const answerOf = (word: string) => ANSWER.replaceAll("good day", word)

const tells = (text: string) => `{ description: "Tells", args: {}, execute: async () => ${text} }`

const PLUGIN = (tool: string, word: string) => `import { type Plugin, tool } from "@opencode-ai/plugin"

export const Greeter: Plugin = async () => ({
  tool: { ${tool}: tool({
    description: "Greets",
    args: { name: tool.schema.string(), times: tool.schema.number() },
    execute: async ({ name, times }, { sessionID }) => \`${word} \${name} \`.repeat(times) + typeof sessionID,
  }) },
})
`

/** Each with a name and an answer of its own, so that one start has them all; there is no package on disk. */
const WITHOUT_PACKAGES: Partial<IsolatedOptions> = {
  files: {
    ".opencode/tool/greet.ts": GREET,
    ".opencode/tool/old.js": `const { basename } = require("node:path")\nmodule.exports = ${tells('basename("a/old")')}`,
    ".opencode/tool/small.js": `import{z as a}from"zod";var b=${tells('a.string().parse("small")')};export{b as default};`,
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
    ".opencode/plugin/hail.ts": PLUGIN("hail", "hail"),
    "opencode.json": JSON.stringify({ plugin: ["./own/cheer.ts"] }),
    "own/cheer.ts": PLUGIN("cheer", "cheerio"),
  },
  home: {
    ".config/opencode/tool/welcome.ts": greeting("welcome"),
    ".config/opencode/plugins/salute.ts": PLUGIN("salute", "salutations"),
  },
  provider: [
    ...["greet", "welcome", "hail", "salute", "cheer"].map(callOf),
    ...callAll("old", "small", "direct", "late", "where"),
  ],
}

const mark = (name: string) => `import { from } from "zod"
export const Mark = async ({ directory }) => (await Bun.write(directory + "/${name}-" + from, ""), {})
`

/** Makes a project's folder of tools a link, and its configuration folder read-only. */
const SEAL = `mkdir ../elsewhere && mv linked ../elsewhere/tool && ln -s ../../elsewhere/tool .opencode/tools
mount --bind .opencode .opencode && mount -o remount,bind,ro .opencode || exit 1
touch .opencode/tool/a 2>/dev/null && exit 1
exec "$@"`

/** A sealed project, whose own zod lies above its configuration folder, and a user's folder with another. */
const WITH_PACKAGES: Partial<IsolatedOptions> = {
  executable: Bun.which("sh")!,
  args: ["-c", SEAL, "sh", builtExecutable(), "--offline", "run", "hi"],
  env: { PATH: process.env.PATH! },
  files: {
    ".opencode/tool/greet.ts": GREET,
    "linked/linked.ts": greeting("linked"),
    "opencode.json": JSON.stringify({ plugin: ["greeter@1.0.0", "./own/plugin/mark.ts"] }),
    ...packageOnDisk(".opencode", "greeter", `export * from "./lib/greeter.ts"`, "1.0.0"),
    ".opencode/node_modules/greeter/lib/greeter.ts": PLUGIN("hail", "hail"),
    ".opencode/tool/inside.ts": toolThatGives(`z.string().parse("inside")`, `import { z } from "zod"`),
    "own/plugin/mark.ts": mark("file"),
    ...packageOnDisk(".", "zod", `export const from = "project"`),
  },
  home: {
    ".config/opencode/opencode.json": JSON.stringify(providerConfig({ plugin: ["marker@1.0.0"] })),
    ".config/opencode/tool/disk.ts": toolThatGives("from", `import { from } from "zod"`),
    ".config/opencode/node_modules/marker/package.json": `{ "version": "1.0.0", "main": "plugin/mark.js" }`,
    ".config/opencode/node_modules/marker/plugin/mark.js": mark("package"),
    ...packageOnDisk(".config/opencode", "zod", `export const from = "user"`),
  },
  provider: [...["greet", "linked", "hail"].map(callOf), ...callAll("inside", "disk")],
}

let result: IsolatedResult
let mixed: IsolatedResult
/** What the tools answered, in the order of their calls: each request has the results of all before it. */
let answers: string[]
beforeAll(async () => {
  result = await runOffline(WITHOUT_PACKAGES)
  answers = toolResults(result).slice(-10)
  mixed = await runOffline(WITH_PACKAGES)
})

test("what needs no package on disk is called, all in one run that installs nothing", () => {
  expect(answers).toHaveLength(10)
  expect(result.stdout).toContain(DONE.text)
  expect(result.files.filter((file) => /node_modules|package\.json$/.test(file))).toEqual([])
  expect(result.attempts).toEqual([])
})

describe("a custom tool that imports @opencode-ai/plugin, offline, without an install", () => {
  test("is called with its arguments when it is in the project", () => {
    expect(answers[0]).toBe(ANSWER)
  })

  test("is called with its arguments when it is in the configuration folder", () => {
    expect(answers[1]).toBe(answerOf("welcome"))
  })

  test("is called when its folder is read-only, and when the folder of its kind is a link", () => {
    expect(toolResults(mixed).slice(-5, -3)).toEqual([ANSWER, answerOf("linked")])
    expect(mixed.attempts).toEqual([])
  })

  test("has its schema offered to the model", () => {
    const offered = result.providerRequests.flatMap(({ body }) => body?.tools ?? []) as unknown as Offered[]
    expect(offered.find((tool) => tool.function.name === "greet")?.function.parameters).toMatchObject({
      type: "object",
      properties: { name: { type: "string" }, times: { type: "integer" } },
      required: ["name"],
    })
  })

  // In the TUI, whose server is a worker, offline.test.ts calls one.
})

test("a tool of CommonJS is called, and one that is minified", () => {
  expect(answers.slice(5, 7)).toEqual(["old", "small"])
})

test("an import that is neither on disk nor inside is named, with the command that provides it", async () => {
  const files = { ".opencode/tool/tidy.ts": toolThatGives("lodash", `import lodash from "lodash"`) }
  const { stderr, attempts } = await runOffline({ files })
  expect(
    stderr.match(/^! .*tidy\.ts imports lodash, .*npm install --prefix .*\.opencode lodash$/gm),
  ).toHaveLength(1)
  expect(attempts).toEqual([])
})

test("a tool imports what upstream installs beside it, and shares one zod with it", () => {
  expect(answers.slice(7)).toEqual([
    "true,true,function,function,helped",
    "late",
    ".opencode/tools/where.ts,where.ts:2",
  ])
})

describe("a plugin that imports @opencode-ai/plugin, offline", () => {
  test.each([
    ["is in the project", 2, "hail"],
    ["is in the configuration folder", 3, "salutations"],
    ["is a file that opencode.json names", 4, "cheerio"],
  ] as const)("adds its tool when it %s", (_, at, word) => {
    expect(answers[at]).toBe(answerOf(word))
  })
})

describe("what is on disk", () => {
  test("a package that is a plugin adds its tool without the packages that it needs", () => {
    expect(toolResults(mixed).at(-3)).toBe(answerOf("hail"))
    expect(mixed.stdout).toContain(DONE.text)
    expect(mixed.attempts).toEqual([])
  })

  test("beside a tool wins over what is inside, for each folder of its own", () => {
    expect(toolResults(mixed).at(-1)).toBe("user")
  })

  test("above a configuration folder does not: there upstream would install its own", () => {
    expect(toolResults(mixed).at(-2)).toBe("inside")
  })

  test("above a file elsewhere that is a plugin wins", () => {
    expect(mixed.files).toContain("project/file-project")
  })

  test("above a package that is a plugin wins", () => {
    expect(mixed.files).toContain("project/package-user")
  })
})
