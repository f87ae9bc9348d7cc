import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"
import { readNetwork, resultOf, writeNetwork } from "../../../scripts/network/data.ts"
import { makePlan, shardOf } from "../../../scripts/network/plan.ts"
import { writePart } from "../../../scripts/network/shards.ts"
import { makeNetwork, makeTried } from "../../lib/network-data.ts"

// The command's exit codes, and what it says: nothing here is run.

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "network-"))
})
afterEach(() => rm(folder, { recursive: true }))

const at = (name: string) => join(folder, name)

async function network(...words: string[]) {
  const args = ["scripts/commands/network.ts", "--data", at("data"), "--out", at("site"), ...words]
  const cwd = join(import.meta.dirname, "../../..")
  return run(process.execPath, args, { cwd, env: process.env })
}

const plan = makePlan([{ name: "1.0.0", scenarios: ["models"], isBuilt: true }], ["answer"])

/** Writes what a shard of three found, one run each. */
async function writeShard(index: number, ...hosts: string[]) {
  const [{ as }] = shardOf(plan, { index, of: 3 }) as [(typeof plan)[number]]
  const found = new Map([["1.0.0", makeNetwork("1.0.0", { models: { [as]: makeTried(...hosts) } })]])
  await writePart(at(String(index)), { shard: { index, of: 3 }, plan, found })
}

test("all shards are merged into data and a site", async () => {
  await Promise.all([writeShard(1, "models.dev"), writeShard(2), writeShard(3)])
  const { exitCode, stdout } = await network("--merge", at("1"), at("2"), at("3"))
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("1 release, 4 pages") })
  const page = await Bun.file(at("site/index.html")).text()
  expect(page).toContain("hosts/models.dev.html")
  expect(page).toContain("offline, tried none, in 1 run of 1 release.")
})

test("a lost shard is exit code 1, is named, and is on the site as not measured", async () => {
  await Promise.all([writeShard(1, "models.dev"), writeShard(3)])
  const { exitCode, stdout } = await network("--merge", at("1"), at("2"), at("3"))
  expect(exitCode).toBe(1)
  expect(stdout).toContain("✖ shard 2 of 3 is lost: 1 run not measured")
  expect(stdout).toContain("✖ 1.0.0 answer models as switches was not measured: shard 2 of 3 is lost")
  expect(stdout).toMatch(/✖ .*2 has nothing of a shard/)
  expect(resultOf((await readNetwork("1.0.0", at("data")))!, plan[1]!)).toMatchObject({
    notMeasured: "shard 2 of 3 is lost",
  })
  expect(await Bun.file(at("site/index.html")).text()).toContain("shard 2 of 3 is lost")
})

test("a host that ours tried is exit code 1, and is named", async () => {
  await Promise.all([writeShard(1, "models.dev"), writeShard(2), writeShard(3, "models.dev")])
  const { exitCode, stdout } = await network("--merge", at("1"), at("2"), at("3"))
  expect(exitCode).toBe(1)
  expect(stdout).toContain("✖ 1.0.0: ours, offline, tried models.dev in models (answer)")
})

test("without a version the site is made of what is there, and nothing is run", async () => {
  await writeNetwork(
    "1.0.0",
    makeNetwork("1.0.0", { models: { stock: makeTried("models.dev") } }),
    at("data"),
  )
  for (const words of [[], ["--site"]]) expect((await network(...words)).exitCode).toBe(0)
  expect(await Bun.file(at("site/releases/1.0.0.html")).exists()).toBe(true)
})

test.each([
  [["--shard", "5/4", "1.0.0"], "It is I/N"],
  [["--shard", "1/4"], "--shard needs a VERSION"],
  [["--merge", "a", "--all"], "they take no VERSION"],
  [["--site", "1.0.0"], "they take no VERSION"],
  [["--merge", "nowhere"], "There is nothing to merge"],
  [["not-a-version"], "does not name one release"],
  [["1.0.0", "--scenario", "no-such"], "There is nothing to run with 1.0.0"],
])("%p is exit code 2, and says why", async (words, why) => {
  const { exitCode, stderr } = await network(...words)
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(why) })
})
