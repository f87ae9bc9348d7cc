import { describe, expect, test } from "bun:test"
import { isIPv6 } from "node:net"
import fc from "fast-check"
import ipaddr from "ipaddr.js"
import { type Address, contains, parseIPv4, parseIPv6 } from "../../../offline/policy/address.ts"
import { matches } from "../../../offline/policy/entry.ts"
import { canonicalHost } from "../../../offline/policy/host.ts"
import { parseEntry } from "../../../offline/policy/read-entry.ts"

// Beside another parser of addresses, which is not ours.

/** An address of ipaddr.js's as ours: an IPv4-mapped one is the IPv4 address. */
function ours(address: ipaddr.IPv4 | ipaddr.IPv6): Address {
  const plain =
    address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address
  const value = plain.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return { family: plain.kind() === "ipv4" ? 4 : 6, value }
}

const theirIPv4 = (text: string) =>
  ipaddr.IPv4.isValidFourPartDecimal(text) ? ours(ipaddr.IPv4.parse(text)) : undefined

/**
 * It takes some texts that no resolver takes, such as a zone or a tail in octal; those node:net refuses. And it takes
 * ::1.2.3.4 for ::ffff:1.2.3.4, where resolvers and URLs say ::102:304; with a group ahead it does not.
 */
const theirIPv6 = (text: string) =>
  isIPv6(text) && !text.includes("%")
    ? ours(ipaddr.IPv6.parse(text.replace(/^::(?=\d+\.)/, "0::")))
    : undefined

/** A text with one character put in, taken out or exchanged. */
const spoilt = (texts: fc.Arbitrary<string>) =>
  fc
    .tuple(texts, fc.nat(), fc.constantFrom(..."0123789afgAF:;.%/ ".split(""), ""), fc.nat(1))
    .map(([text, at, character, cut]) => {
      const index = at % (text.length + 1)
      return text.slice(0, index) + character + text.slice(index + cut)
    })

const ipv4 = fc.oneof(fc.ipV4(), spoilt(fc.ipV4()), fc.ipV4Extended())
/** Groups, gaps and tails in any number, most of which are no address. */
const grouped = fc
  .array(
    fc.oneof(fc.constantFrom("0", "00", "0001", "ffff", "FFFF", "", "12345", "g", ";", "a;"), fc.ipV4()),
    {
      maxLength: 10,
    },
  )
  .map((groups) => groups.join(":"))
const ipv6 = fc.oneof(
  fc.ipV6(),
  spoilt(fc.ipV6()),
  grouped,
  fc.ipV4().map((tail) => `::ffff:${tail}`),
  fc.ipV6().map((text) => text.toUpperCase()),
)

const runs = { numRuns: 3000 }

describe("an address is what ipaddr.js takes it for", () => {
  test("in IPv4", () =>
    fc.assert(
      fc.property(ipv4, (text) => expect(parseIPv4(text)).toEqual(theirIPv4(text))),
      runs,
    ))

  test("in IPv6", () =>
    fc.assert(
      fc.property(ipv6, (text) => expect(parseIPv6(text)).toEqual(theirIPv6(text))),
      runs,
    ))

  test("within a block", () => {
    const pairs = fc.oneof(
      fc.tuple(fc.ipV4(), fc.ipV4(), fc.nat(32)),
      fc.tuple(fc.ipV6(), fc.ipV6(), fc.nat(128)),
      fc.tuple(fc.ipV6(), fc.ipV4(), fc.nat(128)),
    )
    const near = pairs.map(([base, other, bits]): [string, string, number] => [base, other, bits])
    fc.assert(
      fc.property(near, fc.boolean(), ([base, other, bits], same) => {
        const block = ours(ipaddr.parse(base))
        const mapped = block.family === 4 && base.includes(":")
        fc.pre(!mapped)
        const inside = same ? base : other
        const theirs = ipaddr.process(inside)
        const expected = theirs.kind() === ipaddr.parse(base).kind() && theirs.match(ipaddr.parse(base), bits)
        expect(contains({ ...block, bits }, ours(ipaddr.parse(inside)))).toBe(expected)
      }),
      runs,
    )
  })
})

describe("no address is", () => {
  test.each([
    ...[
      "01.2.3.4",
      "1.2.3.04",
      "00.0.0.0",
      "1.2.3",
      "1.2.3.4.",
      ".1.2.3.4",
      "1..3.4",
      "256.1.1.1",
      "1.2.3.4:",
    ],
    ...["1.2.3.1111", "1.2.3.-4", "1.2.3.+4", "1.2.3. 4", "\u0661.2.3.4", "1.2.3.4\0", ""],
  ])("the IPv4 %j", (text) => expect(parseIPv4(text)).toBeUndefined())

  test.each([
    ...["::;", "1;::", "fe;0::1", "::1;", "::ffff:1;2", "g::", "::-1", "::+1", "12345::", "::\u0661"],
    ...["1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"],
    ...["1::2::3", ":::", ":1", "1:", ":", "", "::1%eth0", "[::1]", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.04"],
    ...["::1.2.3.4:5", "1.2.3.4::", "::01.2.3.4"],
  ])("the IPv6 %j", (text) => expect(parseIPv6(text)).toBeUndefined())

  test.each([
    ...[
      "1:2:3:4:5:6:7:8::/128",
      "::1:2:3:4:5:6:7:8/128",
      "fe;0::/16",
      "01.0.0.0/8",
      "10.0.0.0/08 ",
      "::/0129",
    ],
    ...["::/", "/8", "10.0.0.0/-1", "10.0.0.0/8/8", "[::1]/128", "::1%eth0/128", "::ffff:10.0.0.0/104"],
  ])("the block %j, and its entry is refused", (text) => expect(() => parseEntry(text, "a test")).toThrow())
})

test("a group has up to four digits, in either case, and a gap stands for one group or more", () => {
  expect(parseIPv6("0001:0:00:000:0000:ABCD:abcd::")).toEqual({
    family: 6,
    value: (1n << 112n) | 0xabcdabcd0000n,
  })
  expect(parseIPv6("1:2:3:4:5:6:7::")).toEqual(parseIPv6("1:2:3:4:5:6:7:0"))
  expect(parseIPv6("::2:3:4:5:6:7:8")).toEqual(parseIPv6("0:2:3:4:5:6:7:8"))
})

test("an entry of any address matches that address alone", () => {
  // Bun's URL refuses some that have a tail in decimal, and so they are no host.
  const one = fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter((text) => !text.includes(".")),
  )
  fc.assert(
    fc.property(one, one, (allowed, asked) => {
      const [a, b] = [allowed, asked].map((text) => theirIPv4(text) ?? theirIPv6(text))
      const { matcher } = parseEntry(allowed, "a test")
      expect(matches(matcher, canonicalHost(asked)!, 1)).toBe(Bun.deepEquals(a, b))
      expect(matches(matcher, canonicalHost(allowed)!, 1)).toBe(true)
    }),
  )
})
