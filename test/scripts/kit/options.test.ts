import { describe, expect, test } from "bun:test"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"

const KIT = join(import.meta.dirname, "../../../scripts/commands/kit.ts")
const kit = (...words: string[]) =>
  run(process.execPath, [KIT, "--release", join(import.meta.dirname, "nowhere"), ...words], {
    env: process.env,
  })

describe("a release that is taken as it is", () => {
  test.each([
    ["--pin", "1.2.3"],
    ["--target", "linux-arm64"],
    ["--policy", "a.json"],
    ["--config", "a.json"],
    ["--models", "a.json"],
    ["--models-extend", "a.json"],
    ["--with", "a@1.0.0"],
  ])("cannot be built otherwise: %s is refused", async (option, value) => {
    const { exitCode, stderr } = await kit(option, value)
    expect(stderr).toMatch(new RegExp(`'--release <folder>' cannot be used with option '${option} `))
    expect(exitCode).toBe(2)
  })

  test("may have everything else, and what those options are by default does not count", async () => {
    const { exitCode, stderr } = await kit("--without", "pyright", "--with-intelephense", "--json")
    expect(stderr).toMatch(/nowhere\/build\.json is not a record of a build/)
    expect(exitCode).toBe(2)
  })
})
