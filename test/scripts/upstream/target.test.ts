import { expect, test } from "bun:test"
import { embeddedRoot } from "../../../offline/modules.ts"
import { rootOf } from "../../../scripts/container/index.ts"
import { namesIn } from "../../../scripts/contents/names.ts"
import { findTarget, packageFor, packagesFor, TARGETS, targetOf } from "../../../scripts/upstream/target.ts"
import { sampleModule } from "../../lib/sample-executable.ts"

const PLATFORMS = { linux: "linux", darwin: "darwin", windows: "win32" } as const

test("there is a target for each platform that upstream ships", () => {
  expect(TARGETS.map(({ name }) => name).sort()).toEqual(
    [
      ...["linux-x64", "linux-x64-baseline", "linux-x64-musl", "linux-x64-baseline-musl", "linux-arm64"],
      ...["linux-arm64-musl", "darwin-x64", "darwin-x64-baseline", "darwin-arm64"],
      ...["windows-x64", "windows-x64-baseline", "windows-arm64"],
    ].sort(),
  )
})

test("packages of Bun's and of ripgrep's have names of their own", () => {
  expect(packagesFor("opencode", "1.0.0", findTarget("linux-arm64-musl"), "1.3.14")).toEqual([
    "opencode-linux-arm64-musl@1.0.0",
    "@oven/bun-linux-aarch64-musl@1.3.14",
    "@vscode/ripgrep-linux-arm64",
  ])
  expect(packagesFor("opencode", "1.0.0", findTarget("windows-x64-baseline"))).toEqual([
    "opencode-windows-x64-baseline@1.0.0",
    "@oven/bun-windows-x64-baseline",
    "@vscode/ripgrep-win32-x64",
  ])
})

test.each(TARGETS)("$name is known by the name of its package", (target) => {
  expect(targetOf(packageFor("@scope/product", target))).toBe(target)
})

test.each(TARGETS)("what is written into $name lies where it is read there", ({ os, root }) => {
  const graph = { modules: [sampleModule({ name: `${root}/src/index.js` })] }
  expect(root).toBe(embeddedRoot(PLATFORMS[os]))
  expect(rootOf(graph)).toBe(root)
  expect(namesIn(graph).policy).toStartWith(`${root}/`)
})
