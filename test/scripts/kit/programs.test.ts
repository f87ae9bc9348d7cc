import { expect, test } from "bun:test"
import { LAUNCHERS } from "../../../scripts/kit/programs.ts"

const program = { package: "@a/b", file: "node_modules/@a/b/bin/b.js" }
const text = (made: { data: Uint8Array }) => new TextDecoder().decode(made.data)

test("a launcher for sh starts the executable of its own prefix as Bun", () => {
  const made = LAUNCHERS.sh("kit", "b", program)
  expect(made).toMatchObject({ path: "kit/bin/b", executable: true })
  expect(text(made)).toContain('exec "$kit/../../bin/opencode" "$kit/node_modules/@a/b/bin/b.js" "$@"\n')
})

test("one for Windows is a .cmd with its line ends and slashes, which leaves the environment of who calls it", () => {
  const made = LAUNCHERS.cmd("kit", "b", program)
  expect(made).toMatchObject({ path: "kit/bin/b.cmd" })
  expect(text(made).split("\r\n")).toEqual([
    "@echo off",
    "setlocal",
    "set BUN_BE_BUN=1",
    '"%~dp0..\\..\\..\\bin\\opencode.exe" "%~dp0..\\node_modules\\@a\\b\\bin\\b.js" %*',
    "",
  ])
})
