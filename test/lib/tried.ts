import { expect } from "bun:test"
import { dirname, join } from "node:path"
import { z } from "zod"
import { Failure } from "../../scripts/lib/errors.ts"
import { pinFile, pinName } from "../../scripts/pins/pin.ts"
import { pin } from "./stock.ts"

const hosts = z.array(z.string())

const tried = z.strictObject({
  "--version": hosts,
  run: hosts,
  "run with flags": hosts,
  "run with a search": hosts,
  /** At least these. */
  serve: hosts,
  TUI: hosts,
  /** The host that the web UI is fetched from, where it is not in the executable. */
  page: z.string().optional(),
})

/** The npm registry is named by its first label: which one it is, is for npm's configuration to say. */
const REGISTRY = "the npm registry"

/**
 * Reads which hosts upstream's commands were measured to try, `tried.json` beside the pin that is tested.
 * @throws Failure when nothing was measured
 */
async function readTried(): Promise<z.infer<typeof tried>> {
  const file = join(dirname(pinFile(pinName(pin))), "tried.json")
  if (await Bun.file(file).exists()) return tried.parse(await Bun.file(file).json())
  throw new Failure({
    what: "What upstream's commands try is not known for this pin.",
    why: `There is no ${file}.`,
    next: "copy that of another pin, and write into it what test/isolated/stock.test.ts then finds",
  })
}

/** What upstream's executable of the pin that is tested was measured to try, by command. */
export const triedByUpstream = await readTried()

/** What a list of hosts must equal that is as measured. */
export function asMeasured(hosts: string[]): string[] {
  return hosts.map((host) => (host === REGISTRY ? expect.stringMatching(/^registry\./) : host))
}
