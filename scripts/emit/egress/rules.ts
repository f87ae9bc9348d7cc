import { UNBAKED } from "../../../offline/baked.ts"
import type { Block } from "../../../offline/policy/address.ts"
import type { Matcher } from "../../../offline/policy/entry.ts"
import { isLocalName, isLoopback } from "../../../offline/policy/host.ts"
import { parseEntry } from "../../../offline/policy/read-entry.ts"
import type { Subject } from "../output.ts"

/** One entry of the policy, taken apart. One of `name`, `suffix` and `blocks` is there. */
export interface Rule {
  entry: string
  name?: string
  /** With the dot: names that end so, and not what is behind the dot itself. */
  suffix?: string
  /** In CIDR form. They are for addresses that are written as such: a name that leads there is not allowed by them. */
  blocks?: string[]
  /** Missing for any. */
  port?: number
}

/** `egress.json`: what a build with its policy may connect to. */
export interface Egress {
  format: 1
  opencode: string
  target: string
  executable: { sha256: string }
  /** Whether a policy is built in; without one, the rest says what holds offline until somebody allows more. */
  builtIn: boolean
  /** When that is so: always, unless it is switched off, or only when it is switched on. */
  mode: string
  /** Whether nobody can allow more. */
  locked: boolean
  /** Who can allow more, in words. */
  widenedBy: string[]
  /** What no rule here holds. */
  notHeld: string[]
  /** This machine itself, which is always allowed. No rule is about it: on a proxy it would open the proxy's own loopback. */
  loopback: true
  rules: Rule[]
}

/** Reads the policy that is built in; without one, nothing but loopback is allowed offline. */
export function egressOf({ record }: Pick<Subject, "record">): Egress {
  const { mode, locked, allow, enforce } = record.policy ?? UNBAKED
  const widenedBy = [...(record.configuration ? [CONFIGURATION] : []), ...WIDENED_BY]
  return {
    format: 1,
    opencode: record.opencode,
    target: record.target,
    executable: { sha256: record.executable.sha256 },
    builtIn: record.policy !== undefined,
    mode,
    locked,
    widenedBy: locked ? ["a managed policy, within what this build allows"] : widenedBy,
    notHeld: [
      ...(mode === "always" ? [] : ["a run that is not offline: it connects to what upstream's does"]),
      ...(enforce === "kernel" ? [] : [PROGRAMS]),
    ],
    loopback: true,
    rules: allow.flatMap(rulesOf),
  }
}

const PROGRAMS = "programs in the shell and native code, unless kernel mode holds them (docs/kernel-mode.md)"

const CONFIGURATION = "the default configuration that is built in: the URLs of its providers and MCP servers"

const WIDENED_BY = [
  "a managed policy",
  "the user-level configuration: offline.allow, and the URLs of providers and MCP servers",
  "the environment: OPENCODE_OFFLINE_ALLOW, and a proxy",
  "the URL that is typed after attach",
]

function rulesOf(entry: string): Rule[] {
  const { matcher } = parseEntry(entry, "the policy")
  if (isOnlyLoopback(matcher)) return []
  const port = matcher.port === undefined ? {} : { port: matcher.port }
  if (matcher.kind === "name") return [{ entry, name: matcher.name, ...port }]
  if (matcher.kind === "suffix") return [{ entry, suffix: matcher.suffix, ...port }]
  return [{ entry, blocks: matcher.blocks.map(formatBlock), ...port }]
}

function isOnlyLoopback(matcher: Matcher): boolean {
  if (matcher.kind === "name") return isLocalName({ text: matcher.name })
  if (matcher.kind === "suffix") return isLocalName({ text: matcher.suffix.slice(1) })
  return matcher.blocks.every(isLoopbackBlock)
}

/** Whether all of it is: 127.0.0.0/8 or less of it, ::1, or an address that a kernel takes for this machine. */
function isLoopbackBlock({ family, value, bits }: Block): boolean {
  if (!isLoopback({ text: "", address: { family, value } })) return false
  if (family === 6) return bits >= 127
  return value === 0n ? bits === 32 : bits >= 8
}

function formatBlock({ family, value, bits }: Block): string {
  const { parts, width, radix, between } = FORMS[family]
  const texts = Array.from({ length: parts }, (_, at) => {
    const part = (BigInt(value) >> BigInt(width * (parts - 1 - at))) & ((1n << BigInt(width)) - 1n)
    return part.toString(radix)
  })
  return `${texts.join(between)}/${bits}`
}

/** How addresses are written, by family. */
const FORMS = {
  4: { parts: 4, width: 8, radix: 10, between: "." },
  6: { parts: 8, width: 16, radix: 16, between: ":" },
}

/** What stands at the head of each rendering. */
export function headOf(egress: Egress): string[] {
  const { opencode, target, builtIn, mode, locked, executable, widenedBy, notHeld } = egress
  return [
    builtIn
      ? `What OpenCode ${opencode} for ${target} may connect to by the policy that is built in (${mode}${locked ? ", locked" : ""}).`
      : `No policy is built into OpenCode ${opencode} for ${target} (${mode}): offline, it may connect to loopback alone until somebody allows more.`,
    `Executable: sha256 ${executable.sha256}`,
    "Made from egress.json; docs/egress.md says what these rules hold and what not.",
    ...(locked ? [] : widenedBy.map((line) => `More can be allowed by ${line}: no rule here opens that.`)),
    ...notHeld.map((line) => `Not held by the policy: ${line}.`),
  ]
}

export const isIPv6 = (block: string): boolean => block.includes(":")
