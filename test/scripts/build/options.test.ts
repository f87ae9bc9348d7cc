import { expect, test } from "bun:test"
import { type BuildOptions, optionsFor, readOptions } from "../../../scripts/build/options.ts"
import { ALL } from "../../../scripts/upstream/target.ts"

const read = (...args: string[]) => readOptions(["bun", "build.ts", ...args])

test("each of several targets has a folder of its own", async () => {
  const usual = await read("--target", ALL)
  const folders = async (options: BuildOptions) =>
    Promise.all(["darwin-x64", "windows-x64"].map(async (target) => (await optionsFor(options, target)).out))
  expect((await folders(usual)).map((out) => out.replace(/^.*\/dist\//, ""))).toEqual([
    `${usual.pin}-darwin-x64`,
    `${usual.pin}-windows-x64`,
  ])
  expect(await folders(await read("--target", ALL, "--out", "/somewhere"))).toEqual([
    "/somewhere/darwin-x64",
    "/somewhere/windows-x64",
  ])
})

test("one target goes where it was told to", async () => {
  const options = await read("--target", "linux-arm64", "--out", "/somewhere")
  expect(await optionsFor(options, "linux-arm64")).toMatchObject({ target: "linux-arm64", out: "/somewhere" })
})

test("a target that there is not is refused", () => {
  expect(read("--target", "amiga")).rejects.toThrow('There is no target "amiga"')
})

test("the git source is built for this machine only", () => {
  expect(read("--source", "git", "--target", ALL)).rejects.toThrow("cannot be built for all here")
})
