import { afterAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { bundlePackages, LICENCES } from "../../../../scripts/contents/packages/bundle-packages.ts"
import { Failure } from "../../../../scripts/lib/errors.ts"
import type { LockedTree } from "../../../../scripts/lib/npm/locked.ts"

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

/** Writes the files of packages that are all called 1.0.0, and gives the folder and the tree. */
async function unpacked(files: Record<string, string>, provides = ["sample"]): Promise<[LockedTree, string]> {
  const folder = await mkdtemp(join(tmpdir(), "bundle-packages-"))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, "node_modules", path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  const names = Object.keys(files).filter((path) => path.endsWith("/package.json"))
  const locked = { version: "1.0.0", integrity: `sha512-${"A".repeat(86)}==`, license: "MIT" }
  const packages = Object.fromEntries(names.map((path) => [`node_modules/${dirname(path)}`, locked]))
  return [{ provides, packages }, folder]
}

const SHARED = {
  "sample/package.json": JSON.stringify({
    name: "sample",
    exports: {
      ".": { types: "./a.d.ts", import: "./a.js", require: "./a.cjs" },
      "./more": "./b.js",
      "./style": "./a.css",
      "./files/*": "./files/*.js",
      "./package.json": "./package.json",
    },
  }),
  "sample/a.js": `export { count } from "state"\nexport const a = "a"`,
  "sample/b.js": `export { count } from "state"`,
  "state/package.json": JSON.stringify({ name: "state", main: "index.js" }),
  "state/index.js": `let n = 0\nexports.count = () => ++n`,
  "state/LICENSE": "Do as you like.",
  "unused/package.json": JSON.stringify({ name: "unused" }),
  "unused/LICENSE": "Not this one.",
}

describe("a package with what it imports", () => {
  test("has the entries that are code and are named one by one", async () => {
    const { specifiers } = await bundlePackages(...(await unpacked(SHARED)))
    expect(specifiers).toEqual({ sample: "sample.js", "sample/more": "sample/more.js" })
  })

  test("has what two entries share once, under a name that can be imported from anywhere", async () => {
    const { texts, folders } = await bundlePackages(...(await unpacked(SHARED)))
    const holding = Object.entries(texts).filter(([, text]) => text.includes("++n"))
    expect(holding).toHaveLength(1)
    const [[shared]] = holding as [[string, string]]
    expect(texts["sample.js"]).toContain(`from "opencode-offline:sample@1.0.0/${shared}"`)
    expect(texts["sample/more.js"]).toContain(`from "opencode-offline:sample@1.0.0/${shared}"`)
    expect(folders).toEqual(["node_modules/sample", "node_modules/state"])
  })

  test("has the licences of what was used", async () => {
    const { texts } = await bundlePackages(...(await unpacked(SHARED)))
    expect(texts[LICENCES]).toContain("state@1.0.0: MIT\n\nDo as you like.")
    expect(texts[LICENCES]).toContain("sample@1.0.0: MIT")
    expect(texts[LICENCES]).not.toContain("Not this one")
  })

  test("is the same wherever it was unpacked", async () => {
    const [here, there] = [await unpacked(SHARED), await unpacked(SHARED)]
    expect(here[1]).not.toBe(there[1])
    expect(await bundlePackages(...here)).toEqual(await bundlePackages(...there))
  })
})

const ONE = (code: string) => ({ "sample/package.json": `{"name":"sample"}`, "sample/index.js": code })

describe("what is not in the tree", () => {
  test("and is imported by a statement stops the build, and is named", async () => {
    const made = bundlePackages(...(await unpacked(ONE(`import "absent"`))))
    await expect(made).rejects.toThrow(Failure)
    await expect(made).rejects.toThrow(/sample@1\.0\.0 cannot be put inside[\s\S]*"absent"/)
  })

  test("and may be missing is left for when that place is reached", async () => {
    const code = `export const late = () => import("absent")\nexport const never = () => require("gone")`
    const { texts } = await bundlePackages(...(await unpacked(ONE(code))))
    expect(texts["sample.js"]).toContain(`import("absent")`)
    expect(texts["sample.js"]).toContain(`require("gone")`)
  })
})

test("native code cannot be put inside", async () => {
  const files = { ...ONE(`import "./native.node"`), "sample/native.node": "\u007fELF" }
  await expect(bundlePackages(...(await unpacked(files)))).rejects.toThrow("native.node")
})
