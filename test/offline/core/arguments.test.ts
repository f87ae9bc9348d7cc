import { describe, expect, test } from "bun:test"
import { readArguments } from "../../../offline/core/arguments.ts"

/** As much of a release's command line as is used here. */
const table = {
  commands: "acp attach run serve".split(" "),
  valueOptions: "attach cwd dir m model port title".split(" "),
}

const switches: [line: string, values: string[]][] = [
  ["", []],
  ["--offline", ["1"]],
  ["run hello --offline", ["1"]],
  ["--offline=no run hello", ["no"]],
  ["--offline=", [""]],
  ["--offline false", ["false"]],
  ["--offline true run", ["true"]],
  ["--offline no", ["1"]],
  ["--no-offline", ["0"]],
  ["--no-offline=maybe", ["no-offline=maybe"]],
  ["--offline --no-offline", ["1", "0"]],
  ["run -- --offline", []],
  ["run --model --offline", ["1"]],
  ["run --model offline", []],
  ["run --title=--offline", []],
  ["offline", []],
]

describe("the switch is read from the command line as yargs reads a boolean option", () => {
  for (const [line, values] of switches) {
    test(`opencode ${line}`, () => {
      const words = line.split(" ").filter(Boolean)
      expect(readArguments(words, table).offline.map(({ value }) => value)).toEqual(values)
    })
  }
})

const folders: [line: string, directories: string[]][] = [
  ["", []],
  ["../other", ["../other"]],
  ["--model a/b ../other", ["../other"]],
  ["-m a/b ../other", ["../other"]],
  ["--offline ../other", ["../other"]],
  ["--offline true ../other", ["../other"]],
  ["run fix src", []],
  ["run --dir ../other fix src", ["../other"]],
  ["run --dir=../other fix", ["../other"]],
  ["acp --cwd /srv", ["/srv"]],
  ["serve --port 80", []],
  ["attach http://h:1 --dir sub", ["sub"]],
]

describe("the project's folder is the one that the command names", () => {
  for (const [line, directories] of folders) {
    test(`opencode ${line}`, () => {
      expect(readArguments(line.split(" ").filter(Boolean), table).directories).toEqual(directories)
    })
  }
})

const attached: [line: string, url: string | undefined][] = [
  ["attach http://server:4096", "http://server:4096"],
  ["attach --dir x http://server:4096", "http://server:4096"],
  ["run --attach http://server:4096 hi", "http://server:4096"],
  ["run --attach=http://server:4096 hi", "http://server:4096"],
  ["run http://evil.example", undefined],
  ["serve --attach http://evil.example", undefined],
  ["run -- --attach http://evil.example", undefined],
]

describe("the URL after attach is the one that the command connects to", () => {
  for (const [line, url] of attached) {
    test(`opencode ${line}`, () => {
      expect(readArguments(line.split(" "), table).attach).toBe(url)
    })
  }
})

const taken: [line: string, left: string][] = [
  ["--offline", ""],
  ["--offline run hello", "run hello"],
  ["run --offline hello --no-offline", "run hello"],
  ["run --offline true hello", "run hello"],
  ["run --offline=false --model a/b hello", "run --model a/b hello"],
  ["run hello --title --offline", "run hello --title"],
  ["run hello -- --offline", "run hello -- --offline"],
  ["run --title=--offline hello", "run --title=--offline hello"],
]

describe("the words without the switch are all others, in their order", () => {
  for (const [line, left] of taken) {
    test(`opencode ${line}`, () => {
      expect(readArguments(line.split(" "), table).words.join(" ")).toBe(left)
    })
  }
})

describe("where a release's command line is not known", () => {
  test("the first bare word may be a command or a folder", () => {
    const { bare, directories } = readArguments(["serve", "--port", "80"], undefined)
    expect({ bare, directories }).toEqual({ bare: ["serve", "80"], directories: ["serve", "80"] })
  })

  test("the options that the policy depends on take a value all the same", () => {
    const said = readArguments("run --dir ../other --attach http://server:1 hi".split(" "), undefined)
    expect(said.attach).toBe("http://server:1")
    expect(said.directories[0]).toBe("../other")
  })
})
