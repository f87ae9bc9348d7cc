import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Choice, readLock } from "../../../scripts/kit/read-lock.ts"
import { target } from "../../lib/stock.ts"

const KIT = join(import.meta.dirname, "../../../kit")
const ALL: Choice = { without: [], withIntelephense: false, target: target.name }

async function names(choice: Partial<Choice> = {}) {
  const { packages } = await readLock(KIT, { ...ALL, ...choice })
  return packages.map(({ name }) => name)
}

describe("the kit's own lockfile", () => {
  test("pins exactly what kit/package.json asks for, and names no registry", async () => {
    const asked: Record<string, string> = JSON.parse(
      await readFile(join(KIT, "package.json"), "utf8"),
    ).dependencies
    const { packages } = await readLock(KIT, { ...ALL, withIntelephense: true })
    for (const [name, version] of Object.entries(asked))
      expect(packages).toContainEqual(expect.objectContaining({ path: `node_modules/${name}`, version }))
    expect(await readFile(join(KIT, "package-lock.json"), "utf8")).not.toContain('"resolved"')
  })

  test("gives, of the packages for one platform, those for the target alone", async () => {
    const biome = async (target: string) =>
      (await names({ target })).filter((name) => name.startsWith("@biomejs/cli"))
    expect(await biome(target.name)).toEqual([`@biomejs/cli-${target.name}`])
    expect(await biome(`${target.name}-baseline-musl`)).toEqual([`@biomejs/cli-${target.name}-musl`])
    expect(await biome("linux-arm64")).toEqual(["@biomejs/cli-linux-arm64"])
    expect(await biome("windows-x64")).toEqual(["@biomejs/cli-win32-x64"])
    expect(await names()).not.toContain("fsevents")
  })

  test("gives intelephense, whose licence forbids to hand it on, only to those who ask for it", async () => {
    expect(await names()).not.toContain("intelephense")
    expect(await names({ withIntelephense: true })).toContain("intelephense")
  })

  test("leaves out a package with what only it needs", async () => {
    const without = await names({ without: ["vscode-langservers-extracted", "pyright"] })
    expect(await names()).toEqual(expect.arrayContaining(["pyright", "core-js", "typescript"]))
    expect(without).not.toContain("pyright")
    expect(without).not.toContain("core-js")
    expect(without).toContain("typescript")
  })

  test("refuses to leave out what it has not, and says what it has", async () => {
    await expect(names({ without: ["gopls"] })).rejects.toThrow(/no gopls[\s\S]*typescript-language-server/)
  })
})

describe("a lockfile", () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kit-lock-"))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const hash = "sha512-x"
  async function write(packages: Record<string, object>) {
    const lock = { lockfileVersion: 3, packages: { "": { dependencies: { a: "1.0.0" } }, ...packages } }
    await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock))
    return readLock(folder, ALL)
  }

  test("gives of two packages of a name the one that Node would find", async () => {
    const { packages } = await write({
      "node_modules/a": { version: "1.0.0", integrity: hash, dependencies: { b: "2", "@s/c": "1" } },
      "node_modules/a/node_modules/b": { version: "2.0.0", integrity: hash },
      "node_modules/b": { version: "1.0.0", integrity: hash },
      "node_modules/@s/c": { version: "1.0.0", integrity: hash, peerDependencies: { d: "1" } },
      "node_modules/d": { version: "1.0.0", integrity: hash, optionalDependencies: { absent: "1" } },
    })
    expect(packages.map(({ path, version }) => `${path} ${version}`)).toEqual([
      "node_modules/@s/c 1.0.0",
      "node_modules/a 1.0.0",
      "node_modules/a/node_modules/b 2.0.0",
      "node_modules/d 1.0.0",
    ])
  })

  test("gives the name of the package where the folder has another", async () => {
    const { packages } = await write({ "node_modules/a": { name: "b", version: "1.0.0", integrity: hash } })
    expect(packages).toEqual([{ path: "node_modules/a", name: "b", version: "1.0.0", integrity: hash }])
  })

  test("is refused when it lacks what a package needs", async () => {
    await expect(
      write({ "node_modules/a": { version: "1.0.0", integrity: hash, dependencies: { b: "1" } } }),
    ).rejects.toThrow(/has no b[\s\S]*node_modules\/a needs it/)
  })

  test.each([
    ["a package without a hash", { version: "1.0.0" }],
    ["a package with a weak hash", { version: "1.0.0", integrity: "sha1-x" }],
  ])("is refused when it has %s", async (_, entry) => {
    await expect(write({ "node_modules/a": entry })).rejects.toThrow(
      /node_modules\/a is not what[\s\S]*integrity/,
    )
  })
})
