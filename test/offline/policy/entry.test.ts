import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { SettingError } from "../../../offline/error.ts"
import { matches } from "../../../offline/policy/entry.ts"
import { canonicalHost } from "../../../offline/policy/host.ts"
import { parseEntry } from "../../../offline/policy/read-entry.ts"

/** Whether the entry allows the host on the port. */
function allows(entry: string, host: string, port?: number): boolean {
  return matches(parseEntry(entry, "a test").matcher, canonicalHost(host)!, port)
}

const decisions: [entry: string, yes: [string, number?][], no: [string, number?][]][] = [
  [
    "llm.corp",
    [["llm.corp", 1], ["LLM.corp.", 443], ["llm.corp"]],
    [["x.llm.corp"], ["llm.corp.evil"], ["llmxcorp"]],
  ],
  [
    "LLM.Corp.:8443",
    [["llm.corp", 8443], ["llm.corp"]],
    [
      ["llm.corp", 443],
      ["llm.corp", 80],
    ],
  ],
  ["*.corp", [["a.corp"], ["a.b.corp", 9]], [["corp"], ["acorp"], ["a.corp.evil"]]],
  ["*.corp:443", [["a.corp", 443]], [["a.corp", 80]]],
  ["10.1.2.3", [["10.1.2.3", 1], ["::ffff:10.1.2.3"], ["167838211"]], [["10.1.2.4"], ["10.1.2.3.example"]]],
  ["10.1.2.3:80", [["10.1.2.3", 80]], [["10.1.2.3", 81]]],
  ["10.0.0.0/8", [["10.0.0.0"], ["10.255.255.255"]], [["11.0.0.0"], ["9.255.255.255"], ["a10.example"]]],
  ["0.0.0.0/0", [["8.8.8.8"]], [["2001:db8::1"], ["example.com"]]],
  ["fd00::7", [["fd00::7", 5], ["[fd00:0::7]"]], [["fd00::8"]]],
  ["[fd00::7]:8080", [["fd00::7", 8080]], [["fd00::7", 80]]],
  ["2001:db8::/32", [["2001:db8::1"], ["2001:db8:ffff::"]], [["2001:db9::1"]]],
  [
    "private",
    [
      ["10.9.9.9"],
      ["172.31.0.1"],
      ["192.168.1.1"],
      ["169.254.1.1"],
      ["fc00::1"],
      ["fdff::1"],
      ["fe80::1%eth0"],
    ],
    [["172.32.0.1"], ["192.169.0.1"], ["8.8.8.8"], ["fec0::1"], ["private"], ["2001:db8::1"]],
  ],
  ["b\u00fccher.example", [["xn--bcher-kva.example"]], [["bucher.example"]]],
]

describe("an entry allows what it names, and nothing else", () => {
  for (const [entry, yes, no] of decisions) {
    test(entry, () => {
      expect(yes.filter(([host, port]) => !allows(entry, host, port))).toEqual([])
      expect(no.filter(([host, port]) => allows(entry, host, port))).toEqual([])
    })
  }
})

const malformed: [entry: string, why: RegExp][] = [
  ["https://llm.corp:8443/v1", /it is a URL; write its host, llm\.corp:8443/],
  ["*", /a star may only stand for the first labels/],
  ["a.*.corp", /a star may only stand/],
  ["*.10.0.0.1", /a star does not go with an address/],
  ["llm.corp:0", /"0" is not a port/],
  ["llm.corp:65536", /"65536" is not a port/],
  ["llm.corp:https", /"https" is not a port/],
  ["10", /it would be read as the address 0\.0\.0\.10/],
  ["0x7f.1", /it would be read as the address 127\.0\.0\.1/],
  ["10.0.0.1/8", /bits beyond the first 8/],
  ["10.0.0.0/33", /it is not a CIDR block/],
  ["10.0.0/8", /it is not a CIDR block/],
  ["fd00::/129", /it is not a CIDR block/],
  ["llm.corp/24", /it is not a CIDR block/],
  ["llm corp", /neither a host nor an address/],
  ["user@llm.corp", /neither a host nor an address/],
  ["-llm.corp", /it is not a host name/],
  ["llm!.corp", /it is not a host name/],
  ["[fd00::7", /neither a host nor an address/],
  ["", /neither a host nor an address/],
]

describe("a malformed entry is named, with where it stands and what is wrong", () => {
  for (const [entry, why] of malformed) {
    test(JSON.stringify(entry), () => {
      const parse = () => parseEntry(entry, "OPENCODE_OFFLINE_ALLOW")
      expect(parse).toThrow(SettingError)
      expect(parse).toThrow(why)
      expect(parse).toThrow(`OPENCODE_OFFLINE_ALLOW has the entry "${entry}"`)
    })
  }
})

test("no address outside a block is inside it", () => {
  const block = fc.tuple(fc.integer({ min: 0, max: 0xff_ff_ff_ff }), fc.integer({ min: 1, max: 32 }))
  const address = fc.integer({ min: 0, max: 0xff_ff_ff_ff })
  fc.assert(
    fc.property(block, address, ([base, bits], value) => {
      const first = Math.floor(base / 2 ** (32 - bits)) * 2 ** (32 - bits)
      const inside = value >= first && value < first + 2 ** (32 - bits)
      expect(allows(`${dotted(first)}/${bits}`, dotted(value))).toBe(inside)
    }),
  )
})

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".")
}
