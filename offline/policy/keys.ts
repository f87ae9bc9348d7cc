import path from "node:path"
import { SettingError } from "../error.ts"

/** What a policy says, in a file that a build is given and in the key `offline` of a configuration: one schema for both. */
export interface PolicyKeys {
  /** Whether offline is asked for, is on unless it is switched off explicitly, or is on whatever is said. */
  mode?: (typeof MODES)[number]
  /** Entries of the allow-list. */
  allow?: string[]
  /** Nothing but what is built in and managed, and loopback, is ever allowed. */
  locked?: boolean
  /** Whether what a project's own files would run is left out. */
  projectCode?: ProjectCode
  /** Where refusals are written: a file, or more about it. */
  log?: string | LogKeys
  /** Who holds what is started: the guard OpenCode's own code, the kernel every program. */
  enforce?: (typeof ENFORCE)[number]
  /** Ports of this machine that programs may connect to, where the kernel holds them. */
  loopback?: (typeof LOOPBACK)[number]
  /** Unix sockets that programs may connect to, where the kernel holds them: absolute paths, or `@` and an abstract name. */
  unix?: string[]
  /** Who may connect to programs, where the kernel holds them. */
  listen?: (typeof LISTEN)[number]
}

/** How a log is written. */
export interface LogKeys {
  /** An absolute path. */
  file: string
  /** Whether connections that are allowed are written, too. */
  allowed?: boolean
  /** At how many bytes the file is put aside and another one begun. */
  maxBytes?: number
}

/** From the weakest to the tightest. */
export const MODES = ["opt-in", "default-on", "always"] as const
const ENFORCE = ["guard", "kernel"] as const
const LOOPBACK = ["own", "any"] as const
const LISTEN = ["loopback", "any"] as const
const PROJECT_CODE = ["allow", "ignore"] as const

export type ProjectCode = (typeof PROJECT_CODE)[number]

/** What a value may be, as data: a check is made of it here, and upstream's own schemas in schema.ts. */
export type Shape =
  | "boolean"
  | "texts"
  | "path"
  | "size"
  | { oneOf: readonly string[] }
  | { either: readonly Shape[] }
  | { keys: Record<string, Shape>; required: readonly string[] }

/** A key of the policy. */
interface Key {
  shape: Shape
  /** For people. */
  about: string
  /** Whether any configuration may have it, and not only one that no user can change. */
  forAll?: true
}

export const KEYS: Record<keyof PolicyKeys, Key> = {
  mode: {
    shape: { oneOf: MODES },
    about: "Whether offline is on: built-in or managed policies only",
  },
  allow: {
    shape: "texts",
    about: "Hosts that may be connected to; from user-level or managed configuration only",
    forAll: true,
  },
  locked: {
    shape: "boolean",
    about: "Only what is built in and managed counts: built-in or managed policies only",
  },
  projectCode: {
    shape: { oneOf: PROJECT_CODE },
    about: '"ignore" leaves out what a project\'s own files would run',
    forAll: true,
  },
  log: {
    shape: {
      either: ["path", { keys: { file: "path", allowed: "boolean", maxBytes: "size" }, required: ["file"] }],
    },
    about: "The file that refusals are written to: built-in or managed policies only",
  },
  enforce: {
    shape: { oneOf: ENFORCE },
    about: '"kernel" holds every program that is started to the policy (Linux)',
    forAll: true,
  },
  loopback: {
    shape: { oneOf: LOOPBACK },
    about: '"any" lets programs connect to every port of this machine, where the kernel holds them',
    forAll: true,
  },
  unix: {
    shape: "texts",
    about: "Unix sockets that programs may connect to, where the kernel holds them",
    forAll: true,
  },
  listen: {
    shape: { oneOf: LISTEN },
    about: '"any" lets other machines connect to programs, where the kernel holds them',
    forAll: true,
  },
}

/**
 * Reads a policy.
 * @param where the file, or the file and the key with its value, for people
 * @param by whether no user can change it, so that it may have all keys
 * @throws SettingError for an unknown key, one that does not belong there, and a value that is not accepted
 */
export function readPolicyKeys(value: unknown, where: string, by: "administrator" | "anyone"): PolicyKeys {
  const fail = (why: string): never => {
    throw new SettingError(`${where}: ${why}`, ACCEPTED[by])
  }
  if (!isRecord(value)) return fail("it is no object")
  for (const name of Object.keys(value)) {
    const key = Object.hasOwn(KEYS, name) ? KEYS[name as keyof PolicyKeys] : undefined
    if (!key) fail(`a policy has no key "${name}"`)
    else if (!key.forAll && by !== "administrator")
      fail(`only a policy that is built in or managed can have the key "${name}"`)
    else if (!matches(value[name], key.shape))
      fail(`the value of "${name}", ${JSON.stringify(value[name])}, is not accepted`)
  }
  return { ...value } as PolicyKeys
}

const ACCEPTED = {
  anyone:
    'Write true, false, or { "allow": ["host", "host:port", "*.suffix", "10.0.0.0/8", "private"], "projectCode": "ignore", "enforce": "kernel", "loopback": "any", "unix": ["/a/socket"], "listen": "any" }.',
  administrator:
    'Write { "mode": "opt-in" | "default-on" | "always", "allow": ["llm.corp:443"], "locked": true }, and if wanted "projectCode": "ignore" | "allow" and "log": "/a/file" | { "file": "/a/file", "allowed": true, "maxBytes": 10000000 }, "enforce": "kernel", "loopback": "any", "unix": ["/a/socket"], "listen": "any".',
}

/** No log is put aside that would hold less than some hundred lines. */
const LEAST_BYTES = 64 * 1024

function matches(value: unknown, shape: Shape): boolean {
  if (shape === "boolean") return typeof value === "boolean"
  if (shape === "texts") return Array.isArray(value) && value.every((item) => typeof item === "string")
  if (shape === "path") return typeof value === "string" && path.isAbsolute(value) && !value.includes("\0")
  if (shape === "size") return Number.isSafeInteger(value) && (value as number) >= LEAST_BYTES
  if ("oneOf" in shape) return shape.oneOf.includes(value as string)
  if ("either" in shape) return shape.either.some((one) => matches(value, one))
  return (
    isRecord(value) &&
    shape.required.every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every(
      (name) => Object.hasOwn(shape.keys, name) && matches(value[name], shape.keys[name]!),
    )
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
