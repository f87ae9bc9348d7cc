import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { pinFile } from "./pin.ts"

const hosts = z.strictObject({
  /** Tried whatever the network does. */
  always: z.array(z.string()),
  /** Where packets are dropped, upstream's waits for other hosts ahead of these, for longer than a scenario lasts. */
  unlessDropped: z.array(z.string()),
})

/** The hosts that upstream's executable of a pin was measured to try, by how the audit calls them. */
export type KnownHosts = z.infer<typeof hosts>

/**
 * Reads what was measured of a pin, `hosts.json` beside it.
 * @returns no host when nothing was measured
 * @throws Failure when the file is malformed
 */
export async function readKnownHosts(pin: string): Promise<KnownHosts> {
  const file = join(dirname(pinFile(pin)), "hosts.json")
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (text === undefined) return { always: [], unlessDropped: [] }
  try {
    return hosts.parse(JSON.parse(text))
  } catch (error) {
    throw new Failure({
      what: `${file} is not a list of measured hosts`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next: `take it back: git checkout -- ${file}`,
    })
  }
}
