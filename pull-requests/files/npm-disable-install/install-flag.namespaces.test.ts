import { afterEach, expect, test } from "bun:test"
import fs from "fs/promises"
import path from "path"
import { Flag } from "@/flag/flag"
import { BunProc } from "../../src/bun"
import { Config } from "../../src/config/config"
import { Global } from "../../src/global"

const flags = Flag as unknown as Record<string, unknown>
const original = flags.OPENCODE_DISABLE_INSTALL

afterEach(() => {
  flags.OPENCODE_DISABLE_INSTALL = original
})

test("a package that is on disk is used as it is", async () => {
  flags.OPENCODE_DISABLE_INSTALL = true
  const folder = path.join(Global.Path.cache, "node_modules", "install-flag-there")
  await fs.mkdir(folder, { recursive: true })
  expect(await BunProc.install("install-flag-there")).toBe(folder)
  await fs.rm(folder, { recursive: true })
})

test("a package that is not there is named, with the flag", async () => {
  flags.OPENCODE_DISABLE_INSTALL = true
  expect(BunProc.install("install-flag-missing", "1.0.0")).rejects.toThrow(
    "install-flag-missing@1.0.0 is not installed, and OPENCODE_DISABLE_INSTALL is set",
  )
})

test("a configuration folder needs no install", async () => {
  flags.OPENCODE_DISABLE_INSTALL = true
  expect(await Config.needsInstall("/tmp")).toBe(false)
})
