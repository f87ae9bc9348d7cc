import { acquireFile } from "../../scripts/acquire-packages.ts"
import { defaultCache } from "../../scripts/lib/npm/cache.ts"
import { readPin } from "../../scripts/read-pin.ts"

/**
 * The path of an executable as upstream published it, in the cache that builds use; it comes from npm when it is not
 * there yet.
 * @param version a pin, or the release that a pin takes the web UI from
 */
export async function stockExecutable(version: "1.3.0" | "1.14.34", target = "linux-x64"): Promise<string> {
  const pin = await readPin("1.3.0")
  const pinned = version === "1.3.0" ? pin.targets[target]!.opencode : pin.webUi
  if (pinned.version !== version) throw new Error(`the pin 1.3.0 no longer names ${version}`)
  return acquireFile(pinned, { cache: defaultCache() })
}

/** The path of the Bun executable that a target of the pin 1.3.0 was made with. */
export async function stockBun(target = "linux-x64"): Promise<string> {
  const pin = await readPin("1.3.0")
  return acquireFile(pin.targets[target]!.bun, { cache: defaultCache() })
}

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
  const { TEST_STOCK, TEST_ALL } = process.env
  if (TEST_STOCK) return TEST_STOCK.split(":").map((executable) => ({ release: executable, executable }))
  const releases = TEST_ALL ? (["1.3.0", "1.14.34"] as const) : (["1.3.0"] as const)
  return Promise.all(
    releases.map(async (release) => ({ release, executable: await stockExecutable(release) })),
  )
}
