import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Failure } from "../../../scripts/lib/errors.ts"
import { listPins, PINS, type Pin, readPin } from "../../../scripts/pins/pin.ts"

let parent: string
let folder: string
let good: Pin

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "pins-"))
  folder = join(parent, "pins")
  await mkdir(folder)
  good = JSON.parse(await readFile(join(PINS, "1.3.0.json"), "utf8"))
})
afterAll(() => rm(parent, { recursive: true }))

describe("the pins of this repository", () => {
  test("are all well formed", async () => {
    const names = await listPins()
    expect(names).toContain("1.3.0")
    for (const name of names) expect((await readPin(name)).version).toBe(name)
  })

  test("have the targets that the build offers, each by the hash of its package", async () => {
    const { targets, webUi } = await readPin("1.3.0")
    expect(Object.keys(targets).sort()).toEqual([
      "linux-x64",
      "linux-x64-baseline",
      "linux-x64-baseline-musl",
      "linux-x64-musl",
    ])
    expect(targets["linux-x64"]!.opencode.integrity).toStartWith("sha512-U9aS0wl0uBDxXncqSYhYBDDQP2Zwi")
    expect(webUi.integrity).toStartWith("sha512-xxk6Q09eTMrkPw/+BMnsMAYcslU/ZbVw986M0k+YR")
  })
})

describe("a pin that is not there", () => {
  test("is a failure that lists those that are, and gives the command", async () => {
    await writeFile(join(folder, "1.3.0.json"), JSON.stringify(good))
    await writeFile(join(folder, "1.10.0.json"), "{}")
    const failure = await failureOf(readPin("1.4.0", folder))
    expect(failure.report.what).toContain('"1.4.0"')
    expect(failure.report.why).toContain("1.10.0, 1.3.0")
    expect(failure.report.next).toBe("npm run build -- --pin 1.10.0")
    await rm(join(folder, "1.10.0.json"))
  })

  test("is never looked for outside the folder of pins", async () => {
    await writeFile(join(parent, "outside.json"), JSON.stringify(good))
    expect((await failureOf(readPin("../outside", folder))).report.what).toContain("no pin")
    await rm(join(parent, "outside.json"))
  })
})

// biome-ignore lint/suspicious/noExplicitAny: what a pin should not be has no type
type Draft = any

describe("a malformed pin is a failure that names the field:", () => {
  const cases: [title: string, change: (pin: Draft) => void, message: string][] = [
    ["no git", (pin) => delete pin.git, "git: "],
    ["a short commit", (pin) => (pin.git.commit = "34f43ff"), "git.commit: must be a full commit"],
    ["a URL of no git server", (pin) => (pin.git.url = "ftp://example.com/x"), "git.url: "],
    ["an unknown field", (pin) => (pin.gti = {}), 'the file: Unrecognized key: "gti"'],
    ["a range for a version", (pin) => (pin.webUi.version = "^1.14.34"), "webUi.version: must be an exact"],
    ["a sha1", (pin) => (pin.ripgrep.integrity = "sha1-aaaa"), "ripgrep.integrity: must be sha512-"],
    ["two hashes", (pin) => (pin.ripgrep.integrity += ` ${pin.ripgrep.integrity}`), "ripgrep.integrity: "],
    [
      "a file outside the package",
      (pin) => (pin.targets["linux-x64"].opencode.executable.path = "bin/../../x"),
      "targets.linux-x64.opencode.executable.path: must be a relative path",
    ],
    ["no size", (pin) => (pin.ripgrep.executable.bytes = 0), "ripgrep.executable.bytes: "],
    [
      "a grammar of two",
      (pin) => pin.grammars.css.push(pin.grammars.go[0]),
      "grammars.css: must have one wasm",
    ],
    [
      "a grammar without a query",
      (pin) => delete pin.grammars.css[0].highlights,
      "grammars.css: must have h",
    ],
    ["a grammar without a licence", (pin) => delete pin.grammars.css[0].license, "grammars.css.0.license: "],
    ["a hash cut short", (pin) => (pin.webUi.executable.sha512 = "ab"), "webUi.executable.sha512: "],
    [
      "another version for a target",
      (pin) => (pin.targets["linux-x64"].bun.version = "1.3.11"),
      "targets.linux-x64.bun.version: must be 1.3.10",
    ],
    ["no targets", (pin) => (pin.targets = {}), "targets: must have one target"],
    ["an odd target", (pin) => (pin.targets = { amiga: pin.targets["linux-x64"] }), "targets.amiga: "],
    [
      "another version than its name",
      (pin) => renamePin(pin, "1.3.1"),
      "version: must be 1.3.0, as the file",
    ],
  ]
  for (const [title, change, message] of cases) {
    test(title, async () => {
      const pin = structuredClone(good)
      change(pin)
      await writeFile(join(folder, "1.3.0.json"), JSON.stringify(pin))
      const failure = await failureOf(readPin("1.3.0", folder))
      expect(failure.report.what).toContain("1.3.0.json")
      expect(failure.report.why).toContain(message)
    })
  }

  test("not even JSON", async () => {
    await writeFile(join(folder, "1.3.0.json"), '{ "version": ')
    expect((await failureOf(readPin("1.3.0", folder))).report.why).toStartWith("not JSON")
  })
})

function renamePin(pin: Pin, version: string) {
  pin.version = version
  for (const target of Object.values(pin.targets)) target.opencode.version = version
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(Failure)
  return error
}
