import { formatBytes } from "../../lib/log.ts"
import type { BuildRecord } from "../../record/build-record.ts"
import { describeRuntime } from "../../record/runtime.ts"
import type { Measured } from "../measured.ts"
import type { Subject } from "../output.ts"

/** What stands on the page, whatever it is printed as. */
export interface Brief {
  title: string
  /** Undefined when nothing was measured. */
  isGood: boolean | undefined
  verdict: string
  sections: { title: string; rows: [label: string, text: string][] }[]
}

/** The page's content: all of it from the build's record, its materials and an audit's report. */
export function briefOf(subject: Subject): Brief {
  const { record, measured } = subject
  const { opencode, target } = record
  return {
    title: `OpenCode ${opencode} for ${target}, ${TITLES[record.policy?.mode ?? "opt-in"]}`,
    isGood: measured?.isGood,
    verdict: measured ? verdictOf(measured) : NOT_MEASURED,
    sections: [
      { title: "What it is", rows: identity(subject) },
      { title: "The policy that is built in", rows: [...policy(subject), ...configuration(subject)] },
      { title: "What was measured", rows: measured ? measurements(measured) : [["Nothing", NOT_MEASURED]] },
      { title: "Who may change what", rows: powers(subject) },
      { title: "Limits", rows: limits(subject) },
      { title: "Hashes and signatures", rows: hashes(subject) },
    ],
  }
}

/** No more than is so of every run. */
const TITLES = {
  "opt-in": "with an offline switch",
  "default-on": "offline unless it is switched off",
  always: "offline",
}

const NOT_MEASURED =
  "No audit of this executable was given, so nothing is said of what it connects to. Make one: npm run audit, then npm run release -- --audit FILE."

function verdictOf({ isGood, sentence }: Measured): string {
  return isGood ? `Offline, ${sentence}.` : `Do not roll it out as it is. ${sentence}.`
}

function identity({ record, materials }: Subject): [string, string][] {
  const { stock, runtime, repository, patches, leftOut, modules, executable, source } = record
  const licences = new Set(materials.list.map(({ license }) => license)).size
  return [
    [
      "OpenCode",
      `${stock.package} ${stock.version}, ${source === "git" ? "from upstream's commit" : "upstream's release"}`,
    ],
    ["Runtime", `Bun ${runtime.version}, ${describeRuntime(record)}`],
    [
      "Made by",
      `opencode-offline ${record.tools["opencode-offline"]}, ${repository ? `commit ${repository.commit}${repository.clean ? "" : ", with changes"}` : "commit unknown"}`,
    ],
    ["Size", formatBytes(executable.bytes)],
    [
      "Modules",
      `${modules.unchanged.length} are upstream's, ${modules.changed.length} were changed, ${modules.added.length} added`,
    ],
    [
      "Patches",
      `${patches.length} applied, each with its diff${leftOut.length > 0 ? `; left out: ${leftOut.map(({ name }) => name).join(", ")}` : ""}`,
    ],
    [
      "Materials",
      `${materials.list.length}, under ${licences} licences or combinations of them: licenses.txt, sbom.cdx.json, sbom.spdx.json`,
    ],
  ]
}

function policy({ record }: Subject): [string, string][] {
  const built = record.policy
  if (!built)
    return [
      [
        "None",
        "Offline is switched on for each run, or by configuration. Offline, loopback is allowed, and what a user names.",
      ],
    ]
  const { mode, locked, allow, ...more } = built
  return [
    ["Mode", MODES[mode]],
    ["Locked", locked ? "yes: nobody can allow more" : "no: more can be allowed, as said below"],
    ["Allowed", ["loopback", ...allow].join(", ")],
    ...Object.entries(more).map(([key, value]): [string, string] => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  ]
}

function configuration({ record }: Subject): [string, string][] {
  if (!record.configuration) return []
  const { keys, sha256 } = record.configuration
  return [["Default configuration", `built in too, with the keys ${keys.join(", ")}; sha256 ${sha256}`]]
}

const MODES = {
  "opt-in": "opt-in: offline when it is asked for",
  "default-on": "default-on: offline unless it is switched off",
  always: "always: offline, whatever is said",
}

function measurements(measured: Measured): [string, string][] {
  const { packets, findings, notRun, networks, scenarios, runs, worked, startedAt, kernel } = measured
  return [
    [
      "How",
      `${scenarios} scenarios, each in ${networks.length} networks (${networks.join("; ")}); every packet recorded`,
    ],
    ["Packets", `${packets.left} left this machine, ${packets.allowed} more went to what a policy allows`],
    ...(packets.stock === undefined
      ? []
      : [["Upstream's own", `${packets.stock} packets in the same scenarios`] as [string, string]]),
    ["Work done", `${worked} of ${runs} runs did their job`],
    ["Findings", findings.length === 0 ? "none" : findings.join("; ")],
    ["Not run", notRun.length === 0 ? "nothing" : notRun.join("; ")],
    ["When and where", `${startedAt}, ${kernel}`],
  ]
}

function powers({ record }: Subject): [string, string][] {
  const { mode, locked } = record.policy ?? { mode: "opt-in", locked: false }
  const off = mode === "always" ? "cannot switch offline off" : "can run it online"
  return [
    ["Whoever builds it", "decides this policy, which is inside the executable"],
    ["An administrator", "can put a managed policy on a machine; of both, the tighter holds"],
    [
      "A user",
      `${off}; ${locked ? "cannot allow a host" : "can allow hosts in the user-level configuration and the environment"}`,
    ],
    ["A project's files", "can switch offline on, never off, and never allow a host"],
    ["The model, a plugin, a child", "can allow nothing; a child is at most as free as its parent"],
  ]
}

function limits({ record }: Subject): [string, string][] {
  const kernel = record.policy?.enforce === "kernel"
  return [
    [
      "Programs and native code",
      kernel
        ? "held to the policy by the kernel (Linux); where it cannot, OpenCode does not start"
        : "in the shell, in plugins: not held by the guard. Kernel mode, or a network without a route, holds them",
    ],
    [
      "Loopback and Unix sockets",
      kernel ? reachedHere(record.policy!) : "always allowed: what listens there is trusted",
    ],
    ["Names", "whoever allows a name trusts the name server that says where it leads"],
    ["What upstream bundles", "is not listed by upstream: the bills of materials say so"],
    ["More", "docs/limits.md, docs/threat-model.md"],
  ]
}

/** What is reached on the machine itself in kernel mode: docs/kernel-mode.md. */
function reachedHere({ loopback, unix = [] }: NonNullable<BuildRecord["policy"]>): string {
  const ports =
    loopback === "any" ? "every port of loopback" : "ports that it opened itself or that are allowed"
  const sockets = ["Unix sockets that it opened itself", ...unix]
  return `reached are ${ports}, and ${sockets.join(", ")}: what listens there is trusted`
}

function hashes({ record, materials, signedBy, measured }: Subject): [string, string][] {
  const { executable, stock } = record
  return [
    [executable.file, `sha256 ${executable.sha256}`],
    ["", `sha512 ${materials.executable.sha512}`],
    ["Upstream's executable", `sha256 ${stock.sha256}`],
    ...(measured ? [["The audit's report", `sha256 ${measured.sha256}`] as [string, string]] : []),
    [
      "Signed",
      signedBy
        ? `SHA256SUMS, the bills of materials and the provenance, by the key with the fingerprint ${signedBy}`
        : "not signed",
    ],
    [
      "Check it",
      signedBy
        ? "opencode offline verify --key KEY; npm run verify -- --key KEY FILE makes it again and compares every byte"
        : "opencode offline verify; npm run verify -- FILE makes it again and compares every byte",
    ],
  ]
}
