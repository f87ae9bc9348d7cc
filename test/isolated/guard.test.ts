import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import type { BakedPolicy } from "../../offline/baked.ts"
import { sample } from "../lib/sampling.ts"
import { stockRuntimes } from "../lib/stock.ts"
import { LEAVE_OUT, makeGuardExecutable } from "./lib/guard-executable.ts"
import {
  few,
  notRefused,
  only,
  type Place,
  places,
  runProbe,
  there,
  withoutProcesses,
} from "./lib/guard-run.ts"
import { type Family, vectors } from "./lib/guard-vectors.ts"
import { throughFetch } from "./lib/guard-vectors-clients.ts"

// Every way to open a connection, from inside the executable, judged by what leaves the network namespace. That the same
// code gets out without the guard, and with one interception left out, is what makes "nothing left" mean something.

const ids = Object.keys(vectors)
/** The vectors that only a family's interception stands in the way of, or that one among others. */
const openWithout = (family: Family) =>
  ids.filter(
    (id) =>
      (vectors[id]!.family === family && !vectors[id]!.closedTwice) ||
      (family === "fetch" && throughFetch.includes(id)),
  )

/** `npm test -- --all` leaves each interception out in every place; else the main thread stands for all. */
const mutated = sample(Object.keys(places) as Place[])
/** There the whole guard goes with it: the last test says so. */
const ownTest = (family: Family, place: Place) => family === "children" && place === "bun-child"
const families: Family[] = [
  ...(["fetch", "http", "net", "dns", "websocket", "bun-sockets", "bind", "udp"] as const),
  ...(["children", "services", "carried", "realm"] as const),
]
/** What a control tries: all in the main thread, and elsewhere some of each family. */
const tried = (place: Place) => (place === "main" ? ids : few)

describe.each(await stockRuntimes())("on the runtime of $release", ({ executable: stock }) => {
  let executable: string
  beforeAll(async () => {
    executable = await makeGuardExecutable("guard-probe.ts", { stock })
  })
  afterAll(() => rm(dirname(executable), { recursive: true }))

  describe.each(Object.keys(places) as Place[])("in the %s", (place) => {
    test("every vector gets out when the switch is off", async () => {
      const run = await runProbe(executable, place, [], only(tried(place)))
      expect(run.leaked).toEqual(there(run, tried(place)))
    })

    test("no vector sends a packet when the switch is on, and each is refused at once", async () => {
      const run = await runProbe(executable, place, ["--offline"])
      expect(run.attempts).toEqual([])
      expect({ wrong: notRefused(run), count: run.outcomes.length }).toEqual({ wrong: [], count: ids.length })
    })
  })

  describe("where the policy is built in and locked", () => {
    let locked: string
    beforeAll(async () => {
      const policy: BakedPolicy = { mode: "always", allow: [], locked: true }
      locked = await makeGuardExecutable("guard-probe.ts", { stock, policy })
    })
    afterAll(() => rm(dirname(locked), { recursive: true }))

    test.each(Object.keys(places) as Place[])("no vector sends a packet, in the %s", async (place) => {
      const env = { PROBE_OFFLINE: "1", OPENCODE_OFFLINE: "0" }
      const run = await runProbe(locked, place, ["--no-offline"], env)
      expect({ attempts: run.attempts, wrong: notRefused(run) }).toEqual({ attempts: [], wrong: [] })
      expect(run.outcomes.map(({ id }) => id)).toEqual(ids)
    })
  })

  describe("without its interception, the vectors get out of", () => {
    test.each(
      mutated.flatMap((place) =>
        families.filter((family) => !ownTest(family, place)).map((family) => [family, place] as const),
      ),
    )("%s, in the %s", async (family, place) => {
      const env = { [LEAVE_OUT]: family, ...only(withoutProcesses(family)) }
      const run = await runProbe(executable, place, ["--offline"], env)
      expect(run.leaked).toEqual(there(run, openWithout(family)))
    })

    test("no family that is not listed here", () => {
      expect(ids.filter((id) => !families.includes(vectors[id]!.family))).toEqual([])
    })

    test("a worker, for which there is none", async () => {
      const tried = ids.filter((id) => few.includes(id) || vectors[id]!.inWorker)
      const env = { [LEAVE_OUT]: "worker", ...only(tried) }
      const run = await runProbe(executable, "web-worker", ["--offline"], env)
      const own = (id: string) => !vectors[id]!.inChild || vectors[id]!.inWorker
      expect(run.leaked).toEqual(there(run, tried).filter(own))
    })

    test("a child that is Bun, for which there is none", async () => {
      const env = { [LEAVE_OUT]: "children", ...only(few) }
      const run = await runProbe(executable, "bun-child", ["--offline"], env)
      expect(run.leaked).toEqual(there(run, few))
    })
  })
})
