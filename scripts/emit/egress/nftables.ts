import { createHash } from "node:crypto"
import { type Egress, headOf, isIPv6, type Rule } from "./rules.ts"

/** Rules of nftables for a host, or a network namespace, that runs OpenCode and nothing else. */
export function renderNftables(egress: Egress): string {
  const named = egress.rules.map((rule) => ({ ...rule, set: setOf(rule) }))
  return [
    ...headOf(egress).map((line) => `# ${line}`),
    "# For a host or a network namespace of OpenCode's own: what is not named here is rejected at once, and nothing hangs.",
    "",
    "# nft takes all of a file or nothing. What an earlier one said goes: also the addresses in its sets.",
    "table inet opencode_egress",
    "delete table inet opencode_egress",
    "table inet opencode_egress {",
    ...new Set(named.filter(({ name }) => name).flatMap(renderSets)),
    "  chain output {",
    "    type filter hook output priority filter; policy drop;",
    '    oifname "lo" accept',
    "    ct state established,related accept",
    "    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept",
    ...named.flatMap(renderRule).map((line) => `    ${line}`),
    "    reject with icmpx admin-prohibited",
    "  }",
    "}",
    "",
  ].join("\n")
}

/** By the entry, not by its place: addresses that are kept for another entry never get into it. */
function setOf({ entry }: Rule): string {
  return `name_${createHash("sha256").update(entry).digest("hex").slice(0, 12)}`
}

/** A firewall knows addresses only: whoever looks after it fills these. */
function renderSets({ name, set }: Rule & { set: string }): string[] {
  return (["ipv4", "ipv6"] as const).map(
    (family) =>
      `  set ${set}_${family} { type ${family}_addr; flags interval; comment "addresses of ${name}"; }`,
  )
}

function renderRule({ entry, blocks, name, suffix, port, set }: Rule & { set: string }): string[] {
  const ports = port === undefined ? "" : ` meta l4proto { tcp, udp } th dport ${port}`
  if (suffix)
    return [`# ${entry}: names under ${suffix} cannot be held by address; use the proxy (egress.squid.conf).`]
  if (name)
    return [
      `# ${entry}: nft add element inet opencode_egress ${set}_ipv4 { ADDRESS }`,
      `ip daddr @${set}_ipv4${ports} accept`,
      `ip6 daddr @${set}_ipv6${ports} accept`,
    ]
  return [
    `# ${entry}`,
    ...blocks!.map((block) => `${isIPv6(block) ? "ip6" : "ip"} daddr ${block}${ports} accept`),
  ]
}
