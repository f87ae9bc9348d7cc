import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readMeasured } from "../../../scripts/audit/measured.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { listPins, type Pin, pinFile, pinName, readPin, readSupported } from "../../../scripts/pins/pin.ts"
import { findTarget, packageFor } from "../../../scripts/upstream/target.ts"
import { pinWith, target } from "../../lib/stock.ts"

const NAME = "1.0.0"
const good = renamed(
  await pinWith(({ webUi, grammars }) => webUi !== undefined && grammars.css !== undefined),
)

let parent: string
let folder: string

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "pins-"))
  folder = join(parent, "pins")
  await mkdir(folder)
})
afterAll(() => rm(parent, { recursive: true }))

async function write(pin: unknown, name = NAME) {
  await mkdir(join(folder, name), { recursive: true })
  await writeFile(pinFile(name, folder), typeof pin === "string" ? pin : JSON.stringify(pin))
}

describe("the pins of this repository", () => {
  test("are all well formed, and the default, the kept and the audited ones are there", async () => {
    const names = await listPins()
    for (const name of names) expect(pinName(await readPin(name))).toBe(name)
    const supported = await readSupported()
    expect(names).toEqual(
      expect.arrayContaining([supported.default, ...supported.kept, ...supported.audited.pins]),
    )
    expect(pinName(await readPin())).toBe(supported.default)
  })

  test("that are only audited have what was measured: offline nothing was tried, by upstream's something was", async () => {
    const { audited } = await readSupported()
    for (const pin of audited.pins) {
      const measured = await readMeasured(pin)
      expect(Object.keys(measured).sort()).toEqual([...audited.scenarios].sort())
      expect(Object.values(measured).flatMap(({ offline }) => offline.hosts)).toEqual([])
      for (const { stock } of Object.values(measured)) expect(stock.hosts).not.toEqual([])
    }
  })

  test("have for each target the packages that are that target's", async () => {
    for (const name of await listPins()) {
      const { targets, product } = await readPin(name)
      for (const [name, { opencode, bun, ripgrep }] of Object.entries(targets)) {
        const target = findTarget(name)
        expect(opencode.name).toBe(packageFor(product, target))
        expect(target.bun.names).toContain(bun.name)
        expect(ripgrep.name).toBe(target.ripgrep.name)
      }
    }
  })
})

test("pins are listed as versions are ordered, newest first, those of another product last", async () => {
  const pins = join(parent, "listed")
  const names = ["1.10.0", "1.9.0", "1.9.0-rc.2", "1.9.0-rc.10", "cli-1.20.0", "cli-1.4.0"]
  for (const name of names.toSorted()) {
    await mkdir(join(pins, name), { recursive: true })
    await writeFile(pinFile(name, pins), "{}")
  }
  const ordered = ["1.10.0", "1.9.0", "1.9.0-rc.10", "1.9.0-rc.2", "cli-1.20.0", "cli-1.4.0"]
  expect(await listPins(pins)).toEqual(ordered)
})

describe("a pin that is not there", () => {
  test("is a failure that lists those that are, and gives the command for the one that is written nearest to it", async () => {
    await write(good)
    await write("{}", "1.10.0")
    const failure = await failureOf(readPin("1.4.0", folder))
    expect(failure.report.what).toContain('"1.4.0"')
    expect(failure.report.why).toContain(`1.10.0, ${NAME}`)
    expect(failure.report.next).toContain(`npm run build -- --pin ${NAME}`)
    expect(failure.report.next).toContain("npm run pin -- 1.4.0")
    await rm(join(folder, "1.10.0"), { recursive: true })
  })

  test("is never looked for outside the folder of pins", async () => {
    await mkdir(join(parent, "outside"))
    await writeFile(pinFile("outside", parent), JSON.stringify(good))
    expect((await failureOf(readPin("../outside", folder))).report.what).toContain("no pin")
    await rm(join(parent, "outside"), { recursive: true })
  })
})

// biome-ignore lint/suspicious/noExplicitAny: what a pin should not be has no type
type Draft = any

const AT = `targets.${target.name}`

describe("a malformed pin is a failure that names the field:", () => {
  const cases: [title: string, change: (pin: Draft) => void, message: string][] = [
    ["no git", (pin) => delete pin.git, "git: "],
    ["a short commit", (pin) => (pin.git.commit = "34f43ff"), "git.commit: must be a full commit"],
    ["a URL of no git server", (pin) => (pin.git.url = "ftp://example.com/x"), "git.url: "],
    ["an unknown field", (pin) => (pin.gti = {}), 'the file: Unrecognized key: "gti"'],
    ["a range for a version", (pin) => (pin.webUi.version = "^1.0.0"), "webUi.version: must be an exact"],
    [
      "a sha1",
      (pin) => (pin.targets[target.name].ripgrep.integrity = "sha1-aaaa"),
      `${AT}.ripgrep.integrity: must be sha512-`,
    ],
    [
      "two hashes",
      (pin) =>
        (pin.targets[target.name].ripgrep.integrity += ` ${pin.targets[target.name].ripgrep.integrity}`),
      `${AT}.ripgrep.integrity: `,
    ],
    [
      "a file outside the package",
      (pin) => (pin.targets[target.name].opencode.executable.path = "bin/../../x"),
      `${AT}.opencode.executable.path: must be a relative path`,
    ],
    [
      "no size",
      (pin) => (pin.targets[target.name].ripgrep.executable.bytes = 0),
      `${AT}.ripgrep.executable.bytes: `,
    ],
    [
      "a grammar of two",
      (pin) => pin.grammars.css.push(pin.grammars.go[0]),
      "grammars.css: must have one wasm",
    ],
    ["a grammar without a licence", (pin) => delete pin.grammars.css[0].license, "grammars.css.0.license: "],
    ["a hash cut short", (pin) => (pin.webUi.executable.sha512 = "ab"), "webUi.executable.sha512: "],
    [
      "another version for a target",
      (pin) => (pin.targets[target.name].bun.version = "1.0.1"),
      `${AT}.bun.version: must be ${good.bun.version}`,
    ],
    ["no targets", (pin) => (pin.targets = {}), "targets: must have one target"],
    ["an odd target", (pin) => (pin.targets = { amiga: pin.targets[target.name] }), "targets.amiga: "],
    [
      "another version than its name",
      (pin) => Object.assign(pin, renamed(pin, "1.3.1")),
      `version: must be that of ${NAME}, as the folder`,
    ],
  ]
  for (const [title, change, message] of cases) {
    test(title, async () => {
      const pin = structuredClone(good)
      change(pin)
      await write(pin)
      const failure = await failureOf(readPin(NAME, folder))
      expect(failure.report.what).toContain(pinFile(NAME, folder))
      expect(failure.report.why).toContain(message)
    })
  }

  test("not even JSON", async () => {
    await write('{ "version": ')
    expect((await failureOf(readPin(NAME, folder))).report.why).toStartWith("not JSON")
  })
})

/** The same pin with another version. */
function renamed(pin: Pin, version = NAME): Pin {
  const copy = structuredClone(pin)
  for (const { opencode } of Object.values(copy.targets)) opencode.version = version
  return { ...copy, version }
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(Failure)
  return error
}
