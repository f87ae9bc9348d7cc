import semver from "semver"
import { acquireFile } from "../../scripts/lib/npm/acquire.ts"
import { cachedPath, defaultCache } from "../../scripts/lib/npm/cache.ts"
import type { PinnedPackage } from "../../scripts/lib/npm/pinned.ts"
import {
  listPins,
  type Pin,
  type PinnedTarget,
  PRODUCT,
  pinnedTarget,
  readPin,
} from "../../scripts/pins/pin.ts"
import { hostTarget } from "../../scripts/upstream/target.ts"
import samples from "../fixtures/stock.json" with { type: "json" }
import { runsAll } from "./sampling.ts"

/** The target of this machine. */
export const target = hostTarget()

/** The pin that is tested: `npm test -- --pin NAME`, else the default. */
export const pin = await readPin(process.env.TEST_PIN)

/** Whether it is of the releases whose code can be read: what differs between the two kinds is asked here. */
export const isReadable = semver.satisfies(pin.version, "<1.14")

/** What it has for this machine. */
export const pinned: PinnedTarget = pinnedTarget(pin, target.name)

/**
 * The path of upstream's executable of the pin that is tested, in the cache that builds use; it comes from npm when it is
 * not there yet.
 * @param name of another target that the pin has
 * @param of another pin
 */
export function stockExecutable(name = target.name, of = pin): Promise<string> {
  return acquire(pinnedTarget(of, name).opencode)
}

/** The path of the Bun executable that a target of a pin was made with. */
export function stockBun(name = target.name, of = pin): Promise<string> {
  return acquire(pinnedTarget(of, name).bun)
}

/** The path of a pinned file, in the cache that builds use. It is verified once for all tests of a process. */
export function acquire(file: PinnedPackage): Promise<string> {
  const cache = defaultCache()
  const at = cachedPath(cache, file)
  const path = acquired.get(at) ?? acquireFile(file, { cache })
  acquired.set(at, path)
  return path
}

const acquired = new Map<string, Promise<string>>()

/**
 * The newest pin of which something holds: for a test of what not every release has.
 * @throws Error when there is none
 */
export async function pinWith(holds: (pin: Pin) => boolean): Promise<Pin> {
  for (const name of await listPins()) {
    const found = await readPin(name)
    if (holds(found)) return found
  }
  throw new Error(`there is no pin of which ${holds} holds`)
}

/** A pin whose commit is known, so that it can be built from git. */
export const gitPin = await pinWith(({ git }) => git.commit !== undefined)

/** Upstream's executables of other releases and targets, for what no pin has: a container, a size of page. */
export const otherStock = Object.entries(samples).flatMap(([version, targets]) =>
  Object.entries(targets).map(([name, { opencode, bun }]) => ({ version, target: name, opencode, bun })),
)

const pins = await Promise.all((await listPins()).map((name) => readPin(name)))

/** Upstream's releases that run on this machine: those of pins, and of other layouts. */
export const runnableStock = [
  ...pins
    .filter(({ product }) => product === PRODUCT)
    .map((of) => ({ version: of.version, ...pinnedTarget(of, target.name) })),
  ...otherStock.filter((one) => one.target === target.name),
]

/** A stock executable that the guard is tested on; there is one for each Bun. */
export interface StockRuntime {
  /** The release it is of, for test titles. */
  release: string
  executable: string
}

/**
 * The stock executables whose runtimes the guard is tested on: that of the pin under test, and with `npm test -- --all`
 * the others. TEST_STOCK names others instead: paths with a colon between them.
 */
export async function stockRuntimes(): Promise<StockRuntime[]> {
  const { TEST_STOCK } = process.env
  if (TEST_STOCK) return TEST_STOCK.split(":").map((executable) => ({ release: executable, executable }))
  const ofEachBun = [...Map.groupBy(runnableStock, ({ bun }) => bun.version).values()].map(
    ([first]) => first!,
  )
  const stocks = runsAll ? ofEachBun : runnableStock.filter(({ version }) => version === pin.version)
  return Promise.all(
    stocks.map(async ({ version, opencode }) => ({ release: version, executable: await acquire(opencode) })),
  )
}
