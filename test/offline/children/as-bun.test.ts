import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bunCommand } from "../../../offline/children/as-bun.ts"
import { inKit, isLauncher, launcher } from "../../../offline/children/launcher.ts"

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "children-"))
  await mkdir(join(root, "node_modules/.bin"), { recursive: true })
  await mkdir(join(root, "deep/er"), { recursive: true })
  for (const file of ["node_modules/.bin/prettier", "server.js", "add", "outdated", "upgrade"])
    await writeFile(join(root, file), "")
})
afterAll(() => rm(root, { recursive: true }))

const self = "/somewhere/opencode"

describe("this executable, run as Bun,", () => {
  test.each("a add audit c create i info install outdated pm publish update upgrade".split(" "))(
    "is refused `%s`, whatever files there are",
    (verb) => {
      expect(() => bunCommand([self, verb, "left-pad"], root)).toThrow("needs the npm registry")
    },
  )

  test.each([
    ...["--preload=x server.js", "none.js", "repl", "run", "run --bun x", ""],
    ...[
      "-e 1 --config=x.toml",
      "-p 1 -c x.toml",
      "--eval 1 --fetch-preconnect=http://a",
      "--print 1 --preload x",
    ],
  ])("is refused `bun %s`, as that is no file", (line) => {
    expect(() => bunCommand([self, ...line.split(" ").filter(Boolean)], root)).toThrow("runs files only")
  })

  test.each([
    "server.js",
    "run server.js --config x",
    "-e 1",
    "-p 1 -- --config",
    "-e 1 word --x",
    "--version",
  ])("runs `bun %s`", (line) => {
    const words = [self, ...line.split(" ")]
    expect(bunCommand(words, root)).toEqual(words)
  })

  test("runs `x NAME` from the nearest node_modules/.bin", () => {
    const command = bunCommand([self, "x", "prettier", "--write", "f"], join(root, "deep/er"))
    expect(command).toEqual([self, "run", join(root, "node_modules/.bin/prettier"), "--write", "f"])
  })

  test("is refused `x NAME` when the program is not on disk", () => {
    expect(() => bunCommand([self, "x", "@biomejs/biome", "check"], root)).toThrow(
      "@biomejs/biome was not run",
    )
  })
})

describe("with a kit beside the executable", () => {
  const self = () => join(root, "prefix/bin/opencode")
  const bin = () => join(root, "prefix/lib/opencode-kit/bin")

  beforeAll(async () => {
    await mkdir(bin(), { recursive: true })
    for (const name of ["prettier", "json-server"]) await writeFile(join(bin(), name), "", { mode: 0o755 })
  })

  test("`x NAME` runs the kit's launcher when no node_modules/.bin has it", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "children-elsewhere-"))
    const words = [self(), "x", "prettier", "--write", "f"]
    expect(bunCommand(words, elsewhere)).toEqual([join(bin(), "prettier"), "--write", "f"])
    expect(bunCommand(words, root)[1]).toBe("run")
    await rm(elsewhere, { recursive: true })
  })

  test("a program has a launcher by its name alone", () => {
    expect(launcher("json-server", self())).toBe(join(bin(), "json-server"))
    for (const name of ["css-server", "./json-server", join(bin(), "json-server"), ""])
      expect(launcher(name, self())).toBeUndefined()
    expect(isLauncher(join(bin(), "json-server"), self())).toBe(true)
    expect(isLauncher(join(root, "server.js"), self())).toBe(false)
    expect(inKit("node_modules", "none")).toBeUndefined()
  })
})
