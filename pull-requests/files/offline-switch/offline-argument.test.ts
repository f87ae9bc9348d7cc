import { expect, test } from "bun:test"
import path from "path"

// A process of its own, as the words of a command line are.
function read(...words: string[]) {
  const file = path.join(import.meta.dirname, "../../src/cli/offline-argument.ts")
  const script = `await import(${JSON.stringify(file)}); console.log(process.env.OPENCODE_OFFLINE ?? "unset")`
  const { OPENCODE_OFFLINE, ...env } = process.env
  return Bun.spawnSync([process.execPath, "-e", script, "opencode", ...words], { env })
    .stdout.toString()
    .trim()
}

test("--offline is OPENCODE_OFFLINE, on every command", () => {
  expect(read("--offline")).toBe("1")
  expect(read("run", "hi", "--offline")).toBe("1")
})

test("it is not read behind --, nor set without it", () => {
  expect(read("run", "--", "--offline")).toBe("unset")
  expect(read("run")).toBe("unset")
})
