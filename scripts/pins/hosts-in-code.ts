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

const DIALLED = /^dialled\b/

const neverDialled = z
  .string()
  .min(4)
  .refine((text) => !DIALLED.test(text), {
    error: "a host that is dialled is an object: `what`, and `scenario` or `unreached`",
  })
  .transform((what) => ({ what, scenario: undefined, unreached: undefined }))

const dialled = z
  .strictObject({
    what: z.string().regex(DIALLED, "must begin with the word dialled"),
    /** A scenario of the audit in which upstream's release is seen to try it, on one release at least. */
    scenario: z.string().optional(),
    /** Why no scenario reaches it, on all releases or on some. */
    unreached: z.string().min(10).optional(),
  })
  .refine(({ scenario, unreached }) => scenario !== undefined || unreached !== undefined, {
    error: "must say which `scenario` of the audit reaches it, or why none does (`unreached`)",
  })

const knownHosts = z.record(key, z.union([neverDialled, dialled]))

/** What is said of each host of whose URLs upstream's code has. */
export type KnownHosts = z.infer<typeof knownHosts>
/** `what` says when it is dialled and what stops that; or what it is otherwise, such as `link`. */
export type KnownHost = KnownHosts[string]

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
export function findKnown(host: string, known: KnownHosts): KnownHost | undefined {
  const key = [host, hashed(host)].find((key) => Object.hasOwn(known, key))
  return key === undefined ? undefined : known[key]
}

/** Whether it is told by its hash, as this repository does not name it. */
export function isUnnamed(host: string, known: KnownHosts): boolean {
  return Object.hasOwn(known, hashed(host))
}

/** Whether upstream's code connects to it. */
export function isDialled({ what }: KnownHost): boolean {
  return DIALLED.test(what)
}

function hashed(host: string): string {
  return `sha256:${createHash("sha256").update(host).digest("hex")}`
}
