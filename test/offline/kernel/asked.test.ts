import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { UNBAKED } from "../../../offline/baked.ts"
import type { KernelSettings } from "../../../offline/kernel/settings.ts"
import { resolve } from "../../../offline/resolve.ts"

let root: string
let managed: string
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "asked-"))
  managed = path.join(root, "managed")
  mkdirSync(path.join(root, ".config/opencode"), { recursive: true })
  mkdirSync(path.join(root, "project/.git"), { recursive: true })
  mkdirSync(managed)
})
afterAll(() => rmSync(root, { recursive: true }))

interface Files {
  user?: unknown
  project?: unknown
  managed?: unknown
}

function kernelOf(words: string[], env: Record<string, string> = {}, files: Files = {}, baked = UNBAKED) {
  const write = (file: string, offline: unknown) => writeFileSync(file, JSON.stringify({ offline }))
  write(path.join(root, ".config/opencode/opencode.json"), files.user)
  write(path.join(root, "project/opencode.json"), files.project)
  write(path.join(managed, "opencode.json"), files.managed)
  return resolve({
    words,
    env: { XDG_CONFIG_HOME: path.join(root, ".config"), OPENCODE_TEST_HOME: root, ...env },
    cwd: path.join(root, "project"),
    baked,
    managed: [managed],
  })
}

const strictest: KernelSettings = { loopback: "own", unix: [], listen: "loopback" }

test.each([
  ["the option", ["--offline=kernel"], {}, {}],
  ["the variable", [], { OPENCODE_OFFLINE: "kernel" }, {}],
  ["the user's configuration", [], {}, { user: { enforce: "kernel" } }],
  ["a project's configuration", ["--offline"], {}, { project: { enforce: "kernel" } }],
  ["a managed policy", [], {}, { managed: { mode: "always", enforce: "kernel" } }],
] as const)("%s asks for it", (_, words, env, files) => {
  expect(kernelOf([...words], env, files)).toMatchObject({ origin: expect.any(String), kernel: strictest })
})

test("what is built in asks for it, and nobody takes that back", () => {
  const baked = { ...UNBAKED, mode: "always" as const, enforce: "kernel" as const }
  const found = kernelOf(["--no-offline"], { OPENCODE_OFFLINE: "0" }, { user: { enforce: "guard" } }, baked)
  expect(found.kernel).toEqual(strictest)
})

test("nobody asks for it: the guard alone holds", () => {
  expect(kernelOf(["--offline"]).kernel).toBeUndefined()
  expect(kernelOf([], {}, { user: { enforce: "guard" } }).kernel).toBeUndefined()
})

test("a project's own file cannot widen what the kernel lets through", () => {
  const wide = { loopback: "any", unix: ["/run/docker.sock"], listen: "any" }
  expect(kernelOf(["--offline=kernel"], {}, { project: wide }).kernel).toEqual(strictest)
  expect(kernelOf(["--offline=kernel"], {}, { user: wide }).kernel).toEqual(wide as never)
})

test("when what is built in is locked, it alone can widen", () => {
  const baked = { mode: "always" as const, allow: [], locked: true, enforce: "kernel" as const, unix: ["/a"] }
  const wide = { loopback: "any", unix: ["/b"], listen: "any" }
  expect(kernelOf([], {}, { user: wide, managed: wide }, baked).kernel).toEqual({
    ...strictest,
    unix: ["/a"],
  })
})

test.each(["kernal", "KERNEL2", "guard"])("%s is no value of the switch", (value) => {
  expect(() => kernelOf([`--offline=${value}`])).toThrow("neither on nor off")
})
