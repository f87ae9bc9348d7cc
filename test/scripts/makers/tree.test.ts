import { describe, expect, test } from "bun:test"
import { kitFile } from "../../../scripts/kit/kit-file.ts"
import { packageTree } from "../../../scripts/makers/tree.ts"

const kit = [
  kitFile("install.sh", "echo"),
  kitFile("files/bin/opencode", "an executable", true),
  kitFile("files/lib/opencode-kit/licenses.txt", "the terms"),
  kitFile("files/lib/opencode-kit/docs/policy.txt", "about policies"),
]

const find = (files = kit) => new Map(packageTree(files).map((entry) => [entry.path, entry]))

describe("what a package has", () => {
  test("is what a kit installs, below /usr, and not its installer", () => {
    const tree = find()
    expect(tree.get("usr/bin/opencode")).toMatchObject({ mode: 0o755 })
    expect(tree.get("usr/lib/opencode-kit/licenses.txt")).toMatchObject({ mode: 0o644 })
    expect([...tree.keys()].join()).not.toContain("install.sh")
  })

  test("is a managed file that says nothing", () => {
    const managed = find().get("etc/opencode/opencode.json")!
    expect("data" in managed && Buffer.from(managed.data).toString()).toBe("{}\n")
  })

  test("is a link to each document that there is", () => {
    const tree = find()
    expect(tree.get("usr/share/doc/opencode-offline/licenses.txt")).toMatchObject({
      link: "../../../lib/opencode-kit/licenses.txt",
    })
    expect(tree.get("usr/share/doc/opencode-offline/docs")).toMatchObject({
      link: "../../../lib/opencode-kit/docs",
    })
    expect(tree.has("usr/share/doc/opencode-offline/NOTICE")).toBe(false)
  })

  test("is a man page and completions where systems look for them, when the kit has them", () => {
    expect([...find().keys()].join()).not.toMatch(/man1|completions|site-functions/)
    const more = [
      "man/opencode.1",
      "completions/opencode.bash",
      "completions/_opencode",
      "completions/opencode.fish",
    ]
    const tree = find([...kit, ...more.map((name) => kitFile(`files/lib/opencode-kit/${name}`, "text"))])
    expect(tree.get("usr/share/man/man1/opencode.1")).toMatchObject({
      link: "../../../lib/opencode-kit/man/opencode.1",
    })
    for (const place of [
      "bash-completion/completions/opencode",
      "zsh/site-functions/_opencode",
      "fish/vendor_completions.d/opencode.fish",
    ])
      expect(tree.get(`usr/share/${place}`), place).toHaveProperty("link")
    const itself = find([
      ...kit,
      kitFile("files/share/man/man1/opencode.1", "text"),
      kitFile("files/lib/opencode-kit/man/opencode.1", "text"),
    ])
    expect(itself.get("usr/share/man/man1/opencode.1")).toHaveProperty("data")
  })

  test("is a list of all its files for fapolicyd: path, size, sha256", () => {
    const list = find().get("usr/share/opencode-offline/fapolicyd.trust")!
    const text = "data" in list ? Buffer.from(list.data).toString() : ""
    expect(text.split("\n")).toHaveLength(4)
    expect(text).toContain(
      `/usr/bin/opencode 13 ${new Bun.CryptoHasher("sha256").update("an executable").digest("hex")}\n`,
    )
  })

  test("is nothing when a file has no place, or one that fapolicyd's list could not say", () => {
    expect(() => find([...kit, kitFile("files/etc/something", "")])).toThrow("has no place in a package")
    expect(() => find([...kit, kitFile("files/lib/a file", "")])).toThrow("fapolicyd")
  })
})
