import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { readdir, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import type { z } from "zod"
import { readSchema } from "../../scripts/contents/configuration.ts"
import { providerConfig } from "../../scripts/harness/provider.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask } from "../../scripts/harness/scenarios.ts"
import { kitName } from "../../scripts/kit/contents.ts"
import { defaultCache } from "../../scripts/lib/npm/cache.ts"
import { pinName } from "../../scripts/pins/pin.ts"
import { readBuildRecord } from "../../scripts/record/build-record.ts"
import { builtExecutable } from "../lib/built.ts"
import { catalogue } from "../lib/catalogue.ts"
import { copyProject, type Project } from "../lib/project.ts"
import { pin, stockExecutable, target } from "../lib/stock.ts"
import { runEach } from "./lib/run-each.ts"

// A default configuration that the build puts inside, and models beside upstream's: `npm run build -- --config FILE
// --models-extend FILE`.

let project: Project
let release: string
let executable: string

/** Each of upstream's other places says so of a command of its own name; the last one is said nothing of. */
const PLACES = ["user", "home", "project", "named", "variable", "managed", "nowhere"]
const saying = (names: string[], template?: string) => ({
  command: Object.fromEntries(names.map((name) => [name, { template: template ?? name }])),
})

/** At the mock model, and at a host that nothing else names. */
const configuration = {
  ...providerConfig(),
  username: "inside",
  mcp: {
    corp: { type: "remote", url: "https://mcp.corp.example/", enabled: false },
    local: { type: "local", command: ["corps-server"], enabled: false },
  },
  ...saying(PLACES, "inside"),
}

/** A provider that upstream's catalogue has not, and more of one that it has. */
const more = {
  ...JSON.parse(catalogue("acme")),
  opencode: { models: JSON.parse(catalogue("corp")).corp.models },
}

beforeAll(async () => {
  project = await copyProject()
  await writeFile(join(project.folder, "opencode.json"), JSON.stringify(configuration))
  await writeFile(join(project.folder, "more.json"), JSON.stringify(more))
  const given = ["--config", "opencode.json", "--models-extend", "more.json"]
  const { exitCode, stderr } = await project.build(given)
  if (exitCode !== 0) throw new Error(stderr)
  const [folder] = await readdir(join(project.folder, "dist"))
  release = join(project.folder, "dist", folder!)
  executable = join(release, "opencode")
})
afterAll(() => project.remove())

const NO_MODEL = { ".config/opencode/opencode.json": "{}" }

test("a person who has no configuration asks its model", async () => {
  const setup = { executable, args: ["--offline"], home: NO_MODEL }
  const result = await ask(setup, [{ text: "The mock model says hello." }])
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
})

test("it stands where nothing else does, and below each of upstream's other places; where a project's own code is ignored, it stays", async () => {
  const said = (name: string) => JSON.stringify(saying([name]))
  const { exitCode, stdout } = await runIsolated({
    executable,
    args: ["debug", "config", "--offline"],
    home: { ".config/opencode/config.json": said("user"), ".opencode/opencode.json": said("home") },
    files: { "opencode.json": said("project"), "a.json": said("named") },
    env: {
      OPENCODE_CONFIG: "a.json",
      OPENCODE_CONFIG_CONTENT: said("variable"),
      OPENCODE_OFFLINE_PROJECT_CODE: "ignore",
    },
    etc: { "opencode/opencode.json": said("managed") },
  })
  expect(exitCode).toBe(0)
  const { command, username, mcp } = JSON.parse(stdout.slice(stdout.indexOf("{")))
  const templates = Object.entries(command as Record<string, { template: string }>)
  expect(Object.fromEntries(templates.map(([name, { template }]) => [name, template]))).toMatchObject({
    ...Object.fromEntries(PLACES.map((name) => [name, name])),
    nowhere: "inside",
  })
  expect(username).toBe("inside")
  expect(mcp.local.command).toEqual(["corps-server"])
})

test("models that extend upstream's are listed beside them when offline, ahead of the cache", async () => {
  // With Zen allowed, which needs no key to be listed.
  const env = { TEST_KEY: "x", OPENCODE_OFFLINE_ALLOW: "opencode.ai" }
  const home = { ".cache/opencode/version": "21", ".cache/opencode/models.json": catalogue("cached") }
  const list = (file: string) =>
    runIsolated({ executable: file, args: ["models", "--offline"], env, home, provider: true })
  const [ours, plain] = await Promise.all([list(executable), list(builtExecutable())])
  expect(plain.stdout).toMatch(/^opencode\//m)
  const listed = [...plain.stdout.trim().split("\n"), "acme/acme-model", "opencode/corp-model"]
  expect(ours.stdout.trim().split("\n").sort()).toEqual(listed.sort())
  expect(ours.attempts).toEqual([])
})

test("`opencode offline` says that it is there, and what it allows", async () => {
  const { each } = await runEach({ executable }, [
    ["offline", "--offline"],
    ["offline", "--json", "--offline"],
  ])
  const [{ stdout: text }, { stdout: json }] = each
  expect(text).toMatch(
    /^A default configuration is inside, below every other: .*provider, .*username, mcp, command\.$/m,
  )
  expect(text).toMatch(
    /^ {2}mcp\.corp\.example:443 +the configuration inside this executable \(mcp\.corp\.url\)$/m,
  )
  expect(JSON.parse(json).configuration).toEqual(Object.keys(configuration))
})

test("it takes no other build's folder, and a kit with it no other kit's name", async () => {
  const own = /-(own-[0-9a-f]{8})$/.exec(release)?.[1]
  expect(basename(release)).toBe(`${pinName(pin)}-${target.name}-${own}`)
  expect(kitName(await readBuildRecord(join(release, "build.json")))).toEndWith(
    `-${target.name}-opt-in-${own}`,
  )
})

test("build.json lists it as an input, and names its keys", async () => {
  const record = await readBuildRecord(join(release, "build.json"))
  expect(record.inputs.map(({ name }) => name)).toContain("--config opencode.json")
  expect(record.configuration?.keys).toEqual(Object.keys(configuration))
})

describe("a build with a configuration that the release does not take", () => {
  const ofAnotherForm = { provider: { corp: { models: { a: { limit: { context: "many", output: 1 } } } } } }

  test("fails ahead of every download, and names each place", async () => {
    await writeFile(
      join(project.folder, "wrong.json"),
      JSON.stringify({ modle: "a/b", share: "never", ...ofAnotherForm }),
    )
    const { exitCode, stderr } = await project.build(["--config", "wrong.json", "--out", "wrong"])
    expect(exitCode).toBe(2)
    const places = [
      "modle: is not known",
      'share: is not "manual" or',
      "provider.corp.models.a.limit.context",
    ]
    for (const words of [...places, pin.version]) expect(stderr).toContain(words)
    // The step that downloads.
    expect(stderr).not.toContain("Acquire")
  })

  test("is one that upstream's own executable refuses, where it is a value that has another form", async () => {
    const env = { OPENCODE_CONFIG_CONTENT: JSON.stringify(ofAnotherForm) }
    const { exitCode, stderr, stdout } = await runIsolated({
      executable: await stockExecutable(),
      args: ["debug", "config"],
      env,
    })
    expect(exitCode).not.toBe(0)
    expect(stderr + stdout).toMatch(/limit/)
  })
})

test("what the build takes for the keys of a configuration is what upstream's executable says", async () => {
  const schema = (await readSchema(pin, defaultCache())) as z.ZodObject
  const { stdout } = await runIsolated({ executable: await stockExecutable(), args: ["generate"] })
  const { properties } = JSON.parse(stdout).components.schemas.Config
  expect(Object.keys(schema.shape).sort()).toEqual(Object.keys(properties).sort())
})
