import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { option, readEnvironment } from "../../../offline/children/environment.ts"
import { mentionsBun } from "../../../offline/children/mention.ts"
import { run } from "../../../scripts/lib/process.ts"

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "options-"))
})
afterAll(() => rm(root, { recursive: true }))

describe("a file that a child has to run first", () => {
  test.each(["plain", "First Last", "O'Brien", "O'Brien and two", "Jürgen Ä", "a=b -c"])(
    "is run by Bun from the folder %p",
    async (folder) => {
      await mkdir(join(root, folder))
      const [first, main] = [join(root, folder, "first.mjs"), join(root, folder, "main.mjs")]
      await writeFile(first, "globalThis.first = true")
      await writeFile(main, "console.log(globalThis.first)")
      const env = { PATH: process.env.PATH, BUN_OPTIONS: `${option("--preload", first)} --no-install` }
      const { stdout } = await run(process.execPath, [main], { env })
      expect(String(stdout).trim()).toBe("true")
    },
  )

  test.each(['a"b', "a\\b", "a\nb", "a\tb"])(
    "cannot be said for the folder %p, so no child is started",
    (folder) => {
      expect(() => option("--preload", `/tmp/${folder}/first.mjs`)).toThrow("A child was not run")
    },
  )
})

test.each(["BUN_BE_BUN=1 x", "set Bun_Be_Bun=1", "BUN_BE^_BUN=1", "$env:BUN`_BE_BUN='1'", 'B"UN_BE"_BUN'])(
  "%s may start this executable as Bun",
  (text) => {
    expect(mentionsBun(text)).toBe(true)
  },
)

test("a variable of an environment is read once, as text, and names one variable", () => {
  let asked = 0
  const changing = { toString: () => String(asked++) }
  const given = {
    A: changing,
    B: undefined,
    "=C:": "drive",
    get D() {
      return String(asked++)
    },
  }
  const env = readEnvironment(given)
  expect([env.B, env["=C:"]]).toEqual([undefined, "drive"])
  expect([env.A, env.D].sort()).toEqual(["0", "1"])
  expect([env.A, env.D].sort()).toEqual(["0", "1"])
  expect(given.A).toBe(changing)
  expect(() => readEnvironment({ "BUN_BE_BUN=1": "" })).toThrow("equals sign")
})
