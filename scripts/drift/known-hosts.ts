import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"

/** Where it is said what each host in upstream's code is. */
export const FILE = "pins/hosts-in-code.json"

/** This repository names no package registry, so their hosts are told by the sha256 of their names. */
const key = z
  .string()
  .regex(/^(sha256:[0-9a-f]{64}|[a-z0-9*_.:[\]-]+)$/, "must be a host, or sha256: and 64 hex digits")

const knownHosts = z.record(key, z.string().min(4))

/** What each host is in whose URLs upstream's code has: when it is dialled and what stops that, or `link`. */
export type KnownHosts = z.infer<typeof knownHosts>

/**
 * Reads pins/hosts-in-code.json.
 * @throws Failure when it is malformed
 */
export async function readHostsInCode(): Promise<KnownHosts> {
  const text = await readFile(join(import.meta.dirname, "../..", FILE), "utf8")
  try {
    return knownHosts.parse(JSON.parse(text))
  } catch (error) {
    throw new Failure({
      what: `${FILE} is malformed`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next: `mend it, or take it back: git checkout -- ${FILE}`,
    })
  }
}

/** What is said of a host; undefined when nobody has said what it is. */
export function describeHost(host: string, known: KnownHosts): string | undefined {
  const hashed = `sha256:${createHash("sha256").update(host).digest("hex")}`
  const key = [host, hashed].find((key) => Object.hasOwn(known, key))
  return key === undefined ? undefined : known[key]
}
