import { type Egress, headOf, isIPv6, type Rule } from "./rules.ts"

/** An allow-list for squid: to be included in the place of its own `http_access` lines. */
export function renderSquid(egress: Egress): string {
  return [
    ...headOf(egress).map((line) => `# ${line}`),
    "",
    "# The proxy's own loopback is for the proxy's own programs alone, whatever a name or a block below leads to.",
    "http_access deny to_localhost !localhost",
    "",
    "# A destination that is written as an address, not a name that leads to one.",
    `acl opencode_address dstdom_regex -n ${ADDRESS}`,
    ...egress.rules.flatMap(renderRule),
    "",
    "http_access deny all",
    "",
  ].join("\n")
}

/** Digits and dots, or with a colon: `face.example` is a name. */
const ADDRESS = "^([0-9.]+|\\[?[0-9a-fA-F.]*:[0-9a-fA-F.:]*\\]?)$"

/** Squid reads `0.0.0.0/0` as all addresses, IPv6 included, so each family has a word. */
function formatBlock(block: string): string {
  if (!block.endsWith("/0")) return block
  return isIPv6(block) ? "ipv6" : "ipv4"
}

function renderRule(rule: Rule, at: number): string[] {
  const host = `opencode_host_${at + 1}`
  const port = `opencode_port_${at + 1}`
  const hosts = rule.blocks
    ? [`acl ${host} dst ${rule.blocks.map(formatBlock).join(" ")}`]
    : [
        rule.name
          ? `acl ${host} dstdomain -n ${rule.name}`
          : `acl ${host} dstdom_regex -n -i .${rule.suffix!.replaceAll(".", "\\.")}$`,
      ]
  const ports = rule.port === undefined ? [] : [`acl ${port} port ${rule.port}`]
  // Squid looks up the name that `dst` is asked about, so the cheaper question comes first.
  const words = [...(rule.blocks ? ["opencode_address"] : []), host, ...(ports.length > 0 ? [port] : [])]
  return ["", `# ${rule.entry}`, ...hosts, ...ports, `http_access allow ${words.join(" ")}`]
}
