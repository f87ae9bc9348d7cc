import { expect, test } from "bun:test"
import fc from "fast-check"
import { canonicalHost, isLoopback } from "../../../offline/policy/host.ts"

const sameHost: [spellings: string[], canonical: string][] = [
  [["example.com", "EXAMPLE.com", "example.com.", "ex%61mple.com", "\uff45xample.com"], "example.com"],
  [["b\u00fccher.example", "B\u00dcCHER.example", "xn--bcher-kva.example"], "xn--bcher-kva.example"],
  [["127.0.0.1", "127.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1"], "127.0.0.1"],
  [["::ffff:127.0.0.1", "[::ffff:7f00:1]", "::FFFF:7F00:0001", "0:0:0:0:0:ffff:7f00:1"], "127.0.0.1"],
  [["::1", "[::1]", "0:0:0:0:0:0:0:1", "::0001", "::1%lo", "::0.0.0.1"], "::1"],
  [["fe80::1", "[FE80::1%25eth0]", "fe80::1%eth0", "fe80:0::0:1"], "fe80::1"],
]

for (const [spellings, canonical] of sameHost) {
  test(`${canonical} has one spelling, however it was written`, () => {
    const found = spellings.map((spelling) => canonicalHost(spelling)?.text)
    expect(found).toEqual(spellings.map(() => canonical))
  })
}

const noHosts = [
  ...["", ".", "..", "a..b", ".a", "a b", "a\nb", "a\tb", "a/b", "a\\b", "a@b", "a?b", "a#b", "a:80", "[a]"],
  ...[
    "::1::",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "::12345",
    "::g",
    "1:2:3:4:5:6:7::8",
    "256.0.0.1",
  ],
  ...["[::1", "::1]", "::1.2.3", "::1.2.3.400", "1.2.3.4:80", "\u0000", "a\u007fb"],
]

test("what is no host is refused, and not repaired", () => {
  const accepted = noHosts.filter((text) => canonicalHost(text) !== undefined)
  expect(accepted).toEqual([])
})

test("the canonical spelling of a host is its own canonical spelling", () => {
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.ipV4Extended(), fc.ipV6(), fc.string()), (text) => {
      const once = canonicalHost(text)
      if (once) expect(canonicalHost(once.text)).toEqual(once)
    }),
  )
})

test("an IPv4 address is the same in every notation", () => {
  const number = fc.integer({ min: 0, max: 0xff_ff_ff_ff })
  fc.assert(
    fc.property(number, (value) => {
      const octets = [24, 16, 8, 0].map((shift) => (value >>> shift) & 255)
      const [a, b, c, d] = octets as [number, number, number, number]
      const spellings = [
        octets.join("."),
        `${octets.join(".")}.`,
        `${value}`,
        `0x${value.toString(16).toUpperCase()}`,
        `0${value.toString(8)}`,
        `0x${a.toString(16)}.0${b.toString(8)}.${c * 256 + d}`,
        `::ffff:${octets.join(".")}`,
        `[::ffff:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}]`,
      ]
      expect(new Set(spellings.map((text) => canonicalHost(text)?.text))).toEqual(new Set([octets.join(".")]))
    }),
  )
})

test("an IPv6 address has the value that its groups say", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
      const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n)
      const address = canonicalHost(groups.map((group) => group.toString(16)).join(":"))?.address
      expect(address?.family === 4 ? (0xffffn << 32n) | address.value : address?.value).toBe(value)
    }),
  )
})

test("loopback is 127/8, ::1, the unspecified addresses, localhost and what lies below it", () => {
  const texts = [
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "::ffff:127.9.9.9",
    "0.0.0.0",
    "::",
    "localhost",
    "LOCALHOST.",
  ]
  const loopback = [...texts, "a.localhost", "a.b.localhost."].map((text) => isLoopback(canonicalHost(text)!))
  expect(new Set(loopback)).toEqual(new Set([true]))
})

test("nothing that only looks like loopback is loopback", () => {
  const texts = [
    "128.0.0.1",
    "126.255.255.255",
    "::2",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "10.0.0.1",
    "169.254.0.1",
  ]
  const names = ["localhost.com", "notlocalhost", "localhost.localdomain", "127.0.0.1.example", "xlocalhost"]
  const loopback = [...texts, ...names].filter((text) => isLoopback(canonicalHost(text)!))
  expect(loopback).toEqual([])
})

test("a host that was read before is the same, and nobody can change it", () => {
  const found = canonicalHost("203.0.113.7")!
  expect(canonicalHost("203.0.113.7")).toBe(found)
  expect(Object.isFrozen(found) && Object.isFrozen(found.address)).toBe(true)
})

test("hosts beyond those that are kept are read as before", () => {
  const names = Array.from({ length: 1000 }, (_, index) => `Host-${index}.Example`)
  const read = () => names.map((name) => canonicalHost(name)?.text)
  expect(read()).toEqual(names.map((name) => name.toLowerCase()))
  expect(read()).toEqual(names.map((name) => name.toLowerCase()))
  expect(canonicalHost("a b")).toBeUndefined()
  expect(canonicalHost("a b")).toBeUndefined()
})
