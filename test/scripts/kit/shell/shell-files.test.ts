import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Command, Option } from "../../../../scripts/kit/shell/commands.ts"
import { shellFiles } from "../../../../scripts/kit/shell/shell-files.ts"
import { run } from "../../../../scripts/lib/process.ts"

// What the shells and man make of the files. A shell that this machine does not have is not asked.

const option = (names: string[], more: Partial<Option> = {}): Option => ({
  names,
  about: 'it\'s `one` $(of) "those", a:b \\',
  takesValue: false,
  choices: [],
  default: undefined,
  ...more,
})

const command = (path: string[], more: Partial<Command> = {}): Command => ({
  path,
  usage: `opencode ${path.join(" ")}`,
  about: ".starts with a dot, isn't harmful",
  aliases: [],
  positionals: [],
  options: [option(["h", "help"])],
  commands: [],
  ...more,
})

const root = command([], {
  options: [option(["h", "help"]), option(["m", "model"], { takesValue: true })],
  commands: [
    command(["bake"], {
      aliases: ["roast"],
      options: [
        option(["oven"], { takesValue: true, choices: ["left", "right"], default: "left" }),
        option(["over"]),
      ],
      commands: [command(["bake", "cake"]), command(["bake", "bread"])],
    }),
    command(["eat"]),
  ],
})

let folder: string
const file = (name: string) => join(folder, name)
const BASH = "share/bash-completion/completions/opencode"
const MAN = "share/man/man1/opencode.1"

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shell-files-"))
  for (const [path, text] of Object.entries(
    shellFiles(root, "1.2.3", { topic: "topic: a page\n\n.of two lines\n" }),
  )) {
    await mkdir(dirname(file(path)), { recursive: true })
    await writeFile(file(path), text)
  }
})
afterAll(() => rm(folder, { recursive: true }))

async function output(program: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: folder, LANG: "C.UTF-8", MANWIDTH: "200" }
  const { exitCode, stdout, stderr } = await run(program, args, { env, cwd: folder })
  expect({ program, exitCode, stderr }).toEqual({ program, exitCode: 0, stderr: "" })
  return stdout
}

describe("bash", () => {
  /** What bash offers for the last word of a line, parted as readline does it. */
  async function offered(...words: string[]): Promise<string[]> {
    const script = [
      `source ${BASH}`,
      'COMP_WORDS=(opencode "$@") COMP_CWORD=$#',
      "_opencode",
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join("\n")
    const lines = await output("bash", "--norc", "-c", script, "bash", ...words)
    return lines.split("\n").filter((line) => line !== "")
  }

  test("takes the script", () => output("bash", "-n", BASH))

  test("and is told for which program it is", async () => {
    const said = await output("bash", "--norc", "-c", `source ${BASH}; complete -p opencode`)
    expect(said.trim()).toBe("complete -o bashdefault -o default -F _opencode opencode")
  })

  test.each<[string[], string[]]>([
    [[""], ["bake", "roast", "eat"]],
    [["b"], ["bake"]],
    [["--"], ["--help", "--model"]],
    [
      ["bake", ""],
      ["cake", "bread"],
    ],
    [["roast", "c"], ["cake"]],
    [
      ["bake", "--ov"],
      ["--oven", "--over"],
    ],
    [
      ["bake", "--oven", ""],
      ["left", "right"],
    ],
    [
      ["bake", "--oven", "="],
      ["left", "right"],
    ],
    [["bake", "--oven", "=", "r"], ["right"]],
    [["--model", ""], []],
    [["eat", ""], []],
  ])("offers for %j: %j", async (words, expected) => {
    expect(await offered(...words)).toEqual(expected)
  })
})

if (Bun.which("fish"))
  test("fish offers commands and options", async () => {
    const source = "source share/fish/vendor_completions.d/opencode.fish"
    const ask = (line: string) => output("fish", "--no-config", "-c", `${source}; complete -C "${line}"`)
    expect(await ask("opencode roast c")).toStartWith("cake\t.starts with a dot, isn't harmful")
    const lines = (await ask("opencode bake --oven ")).split("\n")
    expect(lines.map((line) => line.split("\t")[0])).toEqual(["left", "right", ""])
  })

if (Bun.which("zsh"))
  test("zsh takes the function", () => output("zsh", "-n", "share/zsh/site-functions/_opencode"))

describe("the man page", () => {
  test("has the sections that man pages have, and no line that roff would take for a request", async () => {
    const text = await Bun.file(file(MAN)).text()
    const sections = text.split("\n").filter((line) => line.startsWith(".SH"))
    expect(sections).toEqual(
      ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "OFFLINE", "FILES"].map(
        (name) => `.SH ${name}`,
      ),
    )
    const requests = text.split("\n").filter((line) => /^[.']/.test(line))
    for (const line of requests) expect(line).toMatch(/^\.(TH|SH|SS|TP|B|BR|br|nf|fi)( |$)/)
  })

  if (Bun.which("man") && Bun.which("groff"))
    test("is shown by man without a warning", async () => {
      const shown = await output("man", "--warnings", "-l", file(MAN))
      expect(shown).toContain(".starts with a dot, isn't harmful.")
      expect(shown).toContain('it\'s `one` $(of) "those", a:b \\')
      expect(shown).toContain(".of two lines")
      expect(shown).toMatch(/--oven.* value/)
    })

  if (Bun.which("mandoc"))
    test("has nothing that mandoc warns of, but that it has no date", async () => {
      const { stdout } = await run("mandoc", ["-T", "lint", "-W", "warning", file(MAN)], {
        env: { PATH: process.env.PATH },
      })
      expect(stdout.split("\n").filter((line) => line !== "" && !line.includes("missing date"))).toEqual([])
    })
})
