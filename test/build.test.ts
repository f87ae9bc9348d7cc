import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises"
import { basename, join, relative } from "node:path"
import cacache from "cacache"
import { readModuleGraph } from "../scripts/container/index.ts"
import { OUTPUTS } from "../scripts/emit/outputs.ts"
import { namespacePrefix } from "../scripts/isolation/namespace.ts"
import { RECORDED } from "../scripts/lib/derived-cache.ts"
import { defaultCache } from "../scripts/lib/npm/cache.ts"
import { run } from "../scripts/lib/process.ts"
import { chooseSeries } from "../scripts/patching/choose.ts"
import { readSeries } from "../scripts/patching/read-series.ts"
import { PINS, pinFile, pinName } from "../scripts/pins/pin.ts"
import type { BuildRecord } from "../scripts/record/build-record.ts"
import { shapeOf } from "../scripts/upstream/shape.ts"
import { TARGETS } from "../scripts/upstream/target.ts"
import { catalogue } from "./lib/catalogue.ts"
import { once } from "./lib/once.ts"
import { copyProject, type Project } from "./lib/project.ts"
import { makePackage, startRegistry } from "./lib/registry.ts"
import { runsAll } from "./lib/sampling.ts"
import { isReadable, pin, pinned, stockExecutable, target } from "./lib/stock.ts"

let project: Project

beforeAll(async () => {
  project = await copyProject()
})
afterAll(() => project.remove())

/** A release as it must be, in the usual place. */
const sound = once(() => project.build(["--json"]))

/** The same in another place, and without a network. */
const withoutNetwork = once(async () => {
  const prefix = await namespacePrefix()
  const build = [process.execPath, "build.ts", "--pin", pinName(pin), "--out", "other/place"]
  const options = { cwd: project.folder, env: process.env }
  return run(prefix[0]!, [...prefix.slice(1), ...build], options)
})

/** What is derived of upstream's file is that of the pin; of the many others that are alike, some: with --all, all. */
function isPoisoned(key: string): boolean {
  if (/^(models|cli table|edits of the page) /.test(key))
    return key.includes(pinned.opencode.executable.sha512)
  return runsAll || !/^(asset|grammar|web-ui) /.test(key) || / [01][0-9a-f]{63} /.test(key)
}

describe("a build", () => {
  test("gives the same bytes in another folder, and a release in which every promised file is", async () => {
    const here = await sound()
    expect(here.exitCode).toBe(0)
    await withoutNetwork()
    const there = await readFile(join(project.folder, "other/place/build.json"), "utf8")
    expect(JSON.parse(here.stdout)).toEqual(JSON.parse(there))
    const release = join(project.folder, "dist", `${pinName(pin)}-${target.name}`)
    const sums = (await readFile(join(release, "SHA256SUMS"), "utf8")).trim().split("\n")
    for (const line of sums) {
      const [sha256, file] = line.split("  ") as [string, string]
      expect(new Bun.CryptoHasher("sha256").update(await readFile(join(release, file))).digest("hex")).toBe(
        sha256,
      )
    }
    const { patches, leftOut } = JSON.parse(here.stdout) as BuildRecord
    const { form } = shapeOf(readModuleGraph(await readFile(await stockExecutable())))!
    const { chosen } = chooseSeries(await readSeries(), { version: pin.version, form })
    expect(patches.map(({ name }) => name)).toEqual(chosen.map(({ name }) => name))
    expect(leftOut).toEqual([])
    expect((await readdir(join(release, "patches"))).sort()).toEqual(
      patches.map(({ name }) => `${name}.diff`).sort(),
    )
  })

  test("with a warm cache needs no network", async () => {
    const { exitCode, stderr } = await withoutNetwork()
    expect(String(stderr)).toContain("Write the release")
    expect(exitCode).toBe(0)
    // All that takes long has its hash in pins/derived.json: see docs/pins.md.
    expect(String(stderr)).not.toContain("made anew")
  })

  test("gives the same bytes when somebody has changed a bit of everything derived in the cache, hashes and all", async () => {
    const cache = join(project.folder, "poisoned-cache")
    await mkdir(cache)
    for (const part of ["files", "npm"]) await symlink(join(defaultCache(), part), join(cache, part))
    const store = join(cache, "derived")
    const isNoDraft = (path: string) => basename(path) !== "tmp"
    await cp(join(defaultCache(), "derived"), store, { recursive: true, filter: isNoDraft })
    const known = Object.keys(JSON.parse(await readFile(RECORDED, "utf8")))
    const record = JSON.parse((await sound()).stdout) as BuildRecord
    const keys = Object.keys(await cacache.ls(store)).filter(
      (key) => known.includes(key.slice(0, key.lastIndexOf(" "))) && isPoisoned(key),
    )
    expect(keys.length).toBeGreaterThan(5)
    const read = async (key: string) => (await cacache.get(store, key)).data
    const originals = new Map<string, Buffer>()
    for (const key of keys) {
      const data = await read(key)
      originals.set(key, Buffer.from(data))
      data[data.length >> 1]! ^= 1
      await cacache.put(store, key, data)
    }
    const poisoned = await project.build(["--cache", cache, "--out", "from-poisoned", "--json"])
    expect(poisoned.stderr).toBe("")
    expect(JSON.parse(poisoned.stdout)).toEqual(record)
    // What is not believed is made again, and kept.
    const again = new Set<string>()
    for (const [key, data] of originals) if (data.equals(await read(key))) again.add(key.split(" ")[0]!)
    expect([...again].sort()).toEqual(
      expect.arrayContaining(["asset", "cli", "grammar", "models", "packages"]),
    )
  })

  test("puts an organisation's catalogue inside and records it, and prints the outputs that are asked for, and no other", async () => {
    const models = join(project.folder, "models.json")
    await writeFile(models, catalogue("acme"))
    const words = ["--models", models, "--emit", "licenses,vex", "--out", "few", "--json"]
    const { exitCode, stdout } = await project.build(words)
    expect(exitCode).toBe(0)
    const record = JSON.parse(stdout)
    expect(record.models).toMatchObject({ providers: 1 })
    expect(record.modules.added.map((module: { name: string }) => module.name)).toContain(
      "/$bunfs/root/offline-models.json",
    )
    const names = await readdir(join(project.folder, "few"))
    const printed = OUTPUTS.flatMap(({ files }) => files).filter((name) => names.includes(name))
    expect(printed.sort()).toEqual(["NOTICE", "licenses.txt", "openvex.json"])
  })

  const others = Object.keys(pin.targets).filter((name) => name !== target.name)
  test.each(others)("of the target %s compares its runtime with that Bun", async (other) => {
    const { exitCode, stdout } = await project.build(["--target", other, "--json"])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ target: other, runtime: { equal: true }, source: "release" })
  })
})

describe("a build that cannot be done says what, why and what next, exits with 2 and leaves nothing", () => {
  async function refused(args: string[], env: Record<string, string> = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await project.build([...args, "--out", "refused"], env)
    expect(stdout).toBe("")
    expect(exitCode).toBe(2)
    expect((await readdir(project.folder)).filter((name) => name.startsWith("refused"))).toEqual([])
    return stderr
  }

  test("for a pin that is not there", async () => {
    expect(await refused(["--pin", "9.9.9"])).toMatch(
      /no pin named "9.9.9"[\s\S]*what can be built is[\s\S]*npm run pin -- 9.9.9/,
    )
  })

  test("for a target that there is not, or that the pin has not", async () => {
    expect(await refused(["--target", "plan9"])).toContain('There is no target "plan9"')
    const other = TARGETS.find(({ name }) => !pin.targets[name])!.name
    expect(await refused(["--target", other])).toContain(`has no target "${other}"`)
  })

  test("for an option that is not known", async () => {
    expect(await refused(["--offline"])).toContain("unknown option")
  })

  test("for a patch that finds another number of places than it states", async () => {
    const [stated, other, why] = isReadable
      ? ["main: 2", "main: 3", "it states 3 places and found 2"]
      : ["...choice, places: 1", "...choice, places: 2", "it states 2 places and found 1"]
    await project.withChange(
      "patches/search-tools-off.ts",
      (text) => text.replace(stated, other),
      async () => {
        const message = await refused([])
        expect(message).toContain("The patch search-tools-off does not apply: in ")
        expect(message).toContain(why)
      },
    )
  })

  test("for a package whose hash is another than the pin's, showing both", async () => {
    const { name, version, integrity, executable } = pinned.opencode
    const wrong = integrity.replace(/^sha512-..../, "sha512-AAAA")
    const file = relative(PINS, pinFile(pinName(pin)))
    // What is in the cache is found there by the hash of the file itself, so that is another, too; then this package alone is
    // asked for, and what a registry gives for it needs not be large.
    const unknown = executable.sha512.replace(/^..../, "0000")
    const other = await makePackage(name, Buffer.from("another"))
    const registry = await startRegistry([{ ...other, pinned: { ...other.pinned, version } }])
    await project.withChange(
      join("pins", file),
      (text) => text.replace(integrity, wrong).replace(executable.sha512, unknown),
      async () => {
        const message = await refused([], { npm_config_registry: registry.url })
        expect(message).toContain(wrong)
        expect(message).toContain(other.pinned.integrity)
        expect(await readFile(join(project.folder, "pins", file), "utf8")).toContain(wrong)
      },
    )
    await registry.close()
  })

  test("for a package to be put inside whose hash is not known", async () => {
    const message = await refused(["--with", "left-out@1.0.0"])
    expect(message).toMatch(
      /left-out@1\.0\.0 cannot be put inside[\s\S]*next: npm run pin-extra -- left-out@1\.0\.0/,
    )
  })

  test("for a package to be put inside whose hash is another than the pinned one, showing both", async () => {
    const real =
      "sha512-cpDBWUXguvCdqcSFqtjqiT3PQhQ650HOz9qPPJCEk0XSIWh1pR1I7H3Ab3xrp0yU0aCFH2Ydoe1S1Kx9hSXT0g=="
    const wrong = real.replace("cpDB", "AAAA")
    await project.withChange(
      "pins/extra.json",
      (text) => text.replace(real, wrong),
      async () => {
        const message = await refused(["--with", "@ai-sdk/deepseek@1.0.60"])
        expect(message).toContain(wrong)
        expect(message).toContain(real)
      },
    )
  })

  test("for an output that there is not, and a key that cannot sign, ahead of all that is downloaded", async () => {
    const nowhere = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" }
    expect(await refused(["--emit", "licenses,pdf", "--cache", "no-cache"], nowhere)).toMatch(
      /There is no output "pdf"[\s\S]*there are licenses, cyclonedx/,
    )
    expect(await refused(["--sign-key", "package.json", "--cache", "no-cache"], nowhere)).toContain(
      "package.json cannot sign",
    )
  })

  test("for something inside that has no licence", async () => {
    await project.withChange(
      "pins/licenses.json",
      (text) => text.replace('"license": "MIT"', '"license": "UNKNOWN"'),
      async () => {
        const message = await refused(["--core-only"])
        expect(message).toMatch(new RegExp(`${pinned.opencode.name}@${pin.version}\\b.* cannot be handed on`))
        expect(message).toContain('"UNKNOWN", which says nothing')
      },
    )
  })

  test("for a registry that cannot be reached", async () => {
    const message = await refused(["--cache", "other-cache"], {
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_fetch_retries: "0",
    })
    expect(message).toContain("npm config get registry")
  })

  test("for a policy with an entry that is none", async () => {
    const policy = join(project.folder, "no-policy.json")
    await writeFile(policy, '{"mode":"always","allow":["https://llm.corp"],"locked":true}')
    const message = await refused(["--policy", policy])
    expect(message).toContain("no-policy.json is not a policy")
    expect(message).toContain('allow has the entry "https://llm.corp": it is a URL; write its host, llm.corp')
  })

  test("for what an organisation gave, ahead of all that is downloaded", async () => {
    const file = join(project.folder, "wrong.json")
    await writeFile(file, '{"acme": 3}')
    const nowhere = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" }
    for (const [option, value, says] of [
      ["--policy", file, "wrong.json is not a policy"],
      ["--models", file, "wrong.json is not a model catalogue"],
      ["--models-extend", file, "wrong.json is not a model catalogue"],
      ["--with", "left-out@1.0.0", "left-out@1.0.0 cannot be put inside"],
    ] as const)
      expect(await refused(["--cache", "empty-cache-2", option, value], nowhere)).toContain(says)
  })

  test("for a catalogue that is not there, and for two", async () => {
    const models = join(project.folder, "no-models.json")
    await writeFile(models, "{}")
    expect(await refused(["--models-extend", "absent.json"])).toContain("ENOENT")
    expect(await refused(["--models", models, "--models-extend", models])).toContain("cannot be used with")
  })
})
