import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import type { Attempt } from "../../scripts/lib/isolation/attempts.ts"
import { runIsolated } from "../../scripts/lib/isolation/isolated.ts"
import { LEAVE_OUT, makeGuardExecutable } from "./lib/guard-executable.ts"
import type { Outcome } from "./lib/guard-probe.ts"
import { type Family, vectors } from "./lib/guard-vectors.ts"
import { throughFetch } from "./lib/guard-vectors-clients.ts"

// Every way to open a connection, from inside the executable, judged by what leaves the network namespace. That the same
// code gets out without the guard, and with one interception left out, is what makes "nothing left" mean something.

setDefaultTimeout(300_000)

let executable: string
beforeAll(async () => {
  executable = await makeGuardExecutable("guard-probe.ts")
})
afterAll(() => rm(dirname(executable), { recursive: true }))

/** Each place has addresses of its own (RFC 5737), so that an attempt shows where it came from. */
const places = { main: "203.0.113", "web-worker": "198.51.100", "node-worker": "192.0.2" }
type Place = keyof typeof places

interface Run {
  outcomes: Outcome[]
  attempts: Attempt[]
  /** The vectors to whose name or address something left. */
  leaked: string[]
}

async function runProbe(place: Place, args: string[], env: Record<string, string> = {}): Promise<Run> {
  const addressOf = (id: string) => `${places[place]}.${Object.keys(vectors).indexOf(id) + 1}`
  const probe = {
    PROBE_PLACE: place,
    PROBE_ADDRESSES: places[place],
    // The runtime reads it once, at its start.
    REDIS_URL: `redis://${addressOf("bun-redis-default")}:6379`,
  }
  const result = await runIsolated({ executable, args, env: { ...probe, ...env }, timeoutMs: 120_000 })
  expect(result).toMatchObject({ exitCode: 0, stderr: "" })
  const outcomes = result.stdout
    .trim()
    .split("\n")
    .map((line): Outcome => JSON.parse(line))
  const { attempts } = result
  const ids = Object.keys(vectors)
  const leaked = ids.filter((id, index) =>
    attempts.some(
      ({ name, address }) =>
        name?.startsWith(`${id}.${place}.`) || address === `${places[place]}.${index + 1}`,
    ),
  )
  return { outcomes, attempts, leaked }
}

const ids = Object.keys(vectors)
/** The vectors that only a family's interception stands in the way of, or that one among others. */
const openWithout = (family: Family) =>
  ids.filter(
    (id) =>
      (vectors[id]!.family === family && !vectors[id]!.closedTwice) ||
      (family === "fetch" && throughFetch.includes(id)),
  )

/** `npm test -- --all` leaves each interception out in every thread; else the main thread stands for all. */
const mutated = process.env.TEST_ALL ? (Object.keys(places) as Place[]) : (["main"] as const)
const families: Family[] = [
  ...(["fetch", "http", "net", "dns", "websocket", "bun-sockets", "udp"] as const),
  ...(["children", "services", "carried", "realm"] as const),
]

describe.each(Object.keys(places) as Place[])("in the %s", (place) => {
  test("every vector gets out when the switch is off", async () => {
    const { leaked } = await runProbe(place, [])
    expect(leaked).toEqual(ids)
  })

  test("no vector sends a packet when the switch is on, and each is refused at once", async () => {
    const { outcomes, attempts } = await runProbe(place, ["--offline"])
    expect(attempts).toEqual([])
    const wrong = outcomes.filter(({ id, outcome, ms }) => {
      const refused = vectors[id]!.goesOnToLoopback ? "open" : "ERR_OPENCODE_OFFLINE"
      return outcome !== refused || ms > (vectors[id]!.family === "children" ? 5000 : 500)
    })
    expect({ wrong, count: outcomes.length }).toEqual({ wrong: [], count: ids.length })
  })
})

describe("without its interception, the vectors get out of", () => {
  test.each(mutated.flatMap((place) => families.map((family) => [family, place] as const)))(
    "%s, in the %s",
    async (family, place) => {
      const { leaked } = await runProbe(place, ["--offline"], { [LEAVE_OUT]: family })
      expect(leaked).toEqual(openWithout(family))
    },
  )

  test("no family that is not listed here", () => {
    expect(ids.filter((id) => !families.includes(vectors[id]!.family))).toEqual([])
  })

  test("a worker, for which there is none", async () => {
    const { leaked } = await runProbe("web-worker", ["--offline"], { [LEAVE_OUT]: "worker" })
    expect(leaked).toEqual(ids)
  })
})
