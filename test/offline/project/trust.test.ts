import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isBelowOwnFolder, isOwnFolder, isTrusted } from "../../../offline/project/trust.ts"

let root: string
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "trust-"))
  env = {
    OPENCODE_TEST_HOME: join(root, "home"),
    XDG_CONFIG_HOME: join(root, "home/.config"),
    XDG_CACHE_HOME: join(root, "home/.cache"),
  }
  await mkdir(join(root, "home/.config/opencode"), { recursive: true })
  await mkdir(join(root, "home/.opencode"))
  await mkdir(join(root, "project/.opencode/plugin"), { recursive: true })
  await symlink(join(root, "home"), join(root, "link"))
})
afterAll(() => rm(root, { recursive: true }))

test("a folder is the user's or an administrator's, also by another name; a project's is not", () => {
  for (const folder of ["home/.config/opencode", "home/.opencode", "link/.opencode"])
    expect(isOwnFolder(join(root, folder), env)).toBe(true)
  expect(isOwnFolder("/etc/opencode", env)).toBe(true)
  for (const folder of ["project", "project/.opencode", "home", "home/.config/opencode/plugin", "absent"])
    expect(isOwnFolder(join(root, folder), env)).toBe(false)
})

test("a folder that the environment names is trusted, and so is a file that it names", () => {
  const named = join(root, "project/.opencode")
  expect(isOwnFolder(named, { ...env, OPENCODE_CONFIG_DIR: named })).toBe(true)
  const file = join(root, "project/opencode.json")
  expect(isTrusted(file, env)).toBe(false)
  expect(isTrusted(file, { ...env, OPENCODE_CONFIG: file })).toBe(true)
  expect(isTrusted(join(root, "home/.config/opencode/opencode.json"), env)).toBe(true)
})

test("what is no file is trusted: a variable, and an organisation's server", () => {
  expect(isTrusted("OPENCODE_CONFIG_CONTENT", env)).toBe(true)
  expect(isTrusted("https://corp.example/.well-known/opencode", env)).toBe(true)
  expect(isTrusted(join(root, "project/OPENCODE_CONFIG_CONTENT"), env)).toBe(false)
})

test("what upstream installed for the user is the user's", () => {
  expect(isBelowOwnFolder(join(root, "home/.cache/opencode/packages/a/node_modules/.bin/a"), env)).toBe(true)
  expect(isBelowOwnFolder(join(root, "project/node_modules/.bin/a"), env)).toBe(false)
  expect(isBelowOwnFolder(join(root, "home/.cache/opencode-evil/node_modules/.bin/a"), env)).toBe(false)
})
