import { describe, expect, test } from "bun:test"
import { Glob } from "bun"
import type { IsolatedContext } from "../../scripts/harness/run-opencode.ts"
import { enter, serverUrl } from "../../scripts/harness/scenarios.ts"
import { isReadable } from "../lib/stock.ts"
import {
  askInProject,
  BY_ASKING,
  BY_WRITING,
  type Case,
  COMMANDS,
  mark,
  PROJECT,
  plugin,
  QUESTION,
  runInProject,
  tool,
  touch,
  WRITE,
} from "./lib/hostile-project.ts"

describe("what a project's own files would run", () => {
  test("is run by a server that was started elsewhere when it is allowed, by a question and by commands", async () => {
    const { marks, stderr } = await askInProject({ code: "allow" })
    expect(marks).toEqual(BY_ASKING)
    expect(stderr).not.toContain("Left out")
  })

  test("is left out by a server that was started elsewhere when it is to be ignored", async () => {
    const { marks, answers } = await askInProject({ code: "ignore", provider: WRITE }, COMMANDS, askForAll)
    expect(marks).toEqual([])
    expect(answers).toBe(QUESTION.length + COMMANDS.length)
  })

  test("is run when it is allowed, once the model writes a file", async () => {
    const { marks } = await runInProject({
      code: "allow",
      provider: WRITE,
      async during({ folder, waitUntil }) {
        const there = async () => Array.fromAsync(new Glob("marks/ran-*").scan({ cwd: folder.home }))
        const ran = async (name: string) => (await there()).includes(`marks/ran-${name}`)
        for (const name of BY_WRITING) await waitUntil(name, () => ran(name))
      },
    })
    expect(marks).toEqual(expect.arrayContaining(BY_WRITING))
  })

  test("is left out when it is to be ignored, and named once a run", async () => {
    const { marks, stdout, stderr } = await runInProject({ code: "ignore", provider: WRITE })
    expect(marks).toEqual([])
    expect(stdout).toContain("All is done.")
    const [first = ""] = stderr.split("Wrote file")
    const named = first.match(/(?<=is not run: ).*(?= \()/g)?.flatMap((names) => names.split(", ")) ?? []
    for (const name of ["mcp.evil-above", "mcp.evil-folder", "mcp.evil-project", "provider.evil.npm"])
      expect(named.filter((one) => one === name)).toHaveLength(1)
    for (const name of ["plugin/one.ts", "plugins/two.js", "plugin/above.ts", "tool/one.ts", "tools/two.js"])
      expect(named.filter((one) => one === name)).toHaveLength(1)
    expect(named.filter((one) => one === "plugin")).toHaveLength(3)
  })

  test("is listed by `opencode offline` when it is to be ignored", async () => {
    const runs = [["offline"], ["offline", "--json"]]
    const { stdout, marks } = await runInProject({ code: "ignore", runs })
    expect(marks).toEqual([])
    expect(stdout).toContain(`A project's own code is not run ("projectCode" is "ignore")`)
    expect(stdout).toMatch(/plugin, mcp\.evil-project, .*\/packages\/app\/opencode\.json\n/)
    const { leftOut, projectCode } = JSON.parse(stdout.slice(stdout.indexOf("\n{\n")))
    expect(projectCode).toBe("ignore")
    const names = leftOut.flatMap((found: { names: string[] }) => found.names)
    expect(names).toEqual(
      expect.arrayContaining(["mcp.evil-above", "tool/above.ts", "the program ahead of command/program.md"]),
    )
  })

  test("is left out in the TUI, whose screen stays whole", async () => {
    const screen = { shown: "" }
    const { marks } = await runInProject({
      code: "ignore",
      runs: [[]],
      pty: true,
      async during({ waitFor, type, screen: show }) {
        await waitFor("Mock Model")
        await enter({ type, waitFor }, "say hi", "All is done.")
        screen.shown = await show()
      },
    })
    expect(marks).toEqual([])
    expect(screen.shown).not.toContain("Left out")
  })

  // Older releases' TUI has no plugins.
  if (!isReadable)
    test("is run in the TUI when it is allowed, the TUI's own plugins too", async () => {
      const { marks } = await runInProject({
        code: "allow",
        runs: [[]],
        pty: true,
        async during({ waitFor, type }) {
          await waitFor("Mock Model")
          await enter({ type, waitFor }, "say hi", "All is done.")
        },
      })
      expect(marks).toEqual(expect.arrayContaining(["tui", "tui-nested", "plugin-project", "tool-file"]))
    })
})

/** Asks a server for all that it has of the project, by both of its APIs. */
async function askForAll({ fetch, waitUntil }: IsolatedContext, directory: string): Promise<void> {
  const newer = new URLSearchParams({ "location[directory]": directory })
  if (!isReadable)
    for (const path of ["agent", "command", "model"])
      await waitUntil(path, async () => (await fetch(`${serverUrl}/api/${path}?${newer}`)).ok)
  const query = new URLSearchParams({ directory })
  for (const path of ["command", "agent", "mcp", "experimental/tool/ids"])
    await waitUntil(path, async () => (await fetch(`${serverUrl}/${path}?${query}`)).ok)
}

/** The user's own, of every kind. */
const OWN = {
  ".config/opencode/plugin/own.ts": plugin("own-plugin-file"),
  ".config/opencode/tool/own.ts": tool("own-tool"),
  ".config/opencode/command/own.md": `---\ndescription: Own\n---\nsay !\`${touch("own-command-file")} $1\`\n`,
  ".opencode/command/program.md": `---\ndescription: Own\n---\nsay !\`${touch("own-command-home")}\`\n`,
  ".opencode/plugin/home.ts": plugin("own-plugin-home"),
}

test("what the user's own configuration would run is run when a project's is to be ignored", async () => {
  const options: Case = {
    code: "ignore",
    provider: WRITE,
    files: { [`${PROJECT}/a`]: "" },
    home: OWN,
    user: {
      mcp: { own: { type: "local", command: ["sh", "-c", touch("own-mcp")] } },
      formatter: { own: { command: ["sh", "-c", touch("own-formatter")], extensions: [".evil"] } },
      command: { "own-config": { template: `say !\`${touch("own-command")}\`` } },
    },
  }
  const { marks } = await askInProject(options, ["own", "own-config", "program"])
  expect(marks).toEqual([
    ...["own-command", "own-command-file", "own-command-home", "own-formatter", "own-mcp"],
    ...["own-plugin-file", "own-plugin-home", "own-tool"],
  ])
})

const program = (name: string) => `#!/usr/bin/env node\n${mark(name)}\n`

/** Programs that upstream starts for a file that the model writes, once the user has formatters on. */
const PROGRAMS = {
  [`${PROJECT}/package.json`]: JSON.stringify({ devDependencies: { prettier: "*" } }),
  [`${PROJECT}/composer.json`]: JSON.stringify({ "require-dev": { "laravel/pint": "*" } }),
  [`${PROJECT}/node_modules/.bin/prettier`]: program("prettier"),
  [`${PROJECT}/vendor/bin/pint`]: `#!/bin/sh\n${touch("pint")}\n`,
}
const WRITES = ["a.md", "a.php"].map((filePath) => ({ tool: "write", input: { filePath, content: "x" } }))

test.each([
  ["allow", ["pint", "prettier"]],
  ["ignore", []],
] as const)("formatters that the project has installed, with %s, leave %j", async (code, expected) => {
  const { marks, stdout } = await runInProject({
    code,
    files: PROGRAMS,
    user: { formatter: {} },
    provider: [...WRITES, { text: "All is done." }],
  })
  expect(stdout).toContain("All is done.")
  expect(marks).toEqual([...expected])
})
