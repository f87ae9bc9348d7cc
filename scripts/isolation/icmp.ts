import type { Packet } from "./packet.ts"

/** The types of ICMP (RFC 792) and ICMPv6 (RFC 4443, 4861, 2710, 3810) that are met. */
const names: Record<4 | 6, Record<number, string>> = {
  4: { 0: "echo reply", 3: "unreachable", 5: "redirect", 8: "echo request", 11: "time exceeded" },
  6: {
    1: "unreachable",
    3: "time exceeded",
    128: "echo request",
    129: "echo reply",
    131: "multicast listener report",
    133: "router solicitation",
    135: "neighbour solicitation",
    136: "neighbour advertisement",
    143: "multicast listener report",
  },
}

/** What an ICMP message is, as `icmp echo request`; the number of a type that has no name here. */
export function describeIcmp({ family, icmp }: Packet): string | undefined {
  return icmp && `icmp ${names[family][icmp.type] ?? `type ${icmp.type}`}`
}
