import { expect, test } from "bun:test"
import fc from "fast-check"
import { createDecide, type Decide } from "../../../offline/guard/decide.ts"
import { createPolicy } from "../../../offline/policy.ts"

// Every way to write a host that is denied, at every kind of entry of an allow-list: none passes. And, so that this is no
// list that nothing would pass: the same spellings of what an entry names do.

const RUNS = { numRuns: 4000, seed: 3 }

const entries = [
  ...["allowed.example", "allowed.example:443", "*.allowed.example", "*.allowed.example:8443"],
  ...["xn--bcher-kva.example", "198.51.100.7", "198.51.100.7:443", "198.51.100.64/26", "private"],
  ...["[2001:db8::7]", "[2001:db8::7]:443", "2001:db8:1::/48"],
]

const decideWith = (allow: string[]): Decide =>
  createDecide({
    policy: createPolicy(allow.map((text) => ({ text, origin: "a test" }))),
    origin: "",
    userConfig: "",
  })

const deciders = [...entries.map((entry) => decideWith([entry])), decideWith(entries)]

/** Names that look like an allowed one without being one. */
const deniedName = fc.oneof(
  fc.constantFrom(
    ...[
      "allowed.example.evil.test",
      "notallowed.example",
      "allowed.exampl",
      "allowed-example",
      "allowed.example0",
    ],
    ...[
      "evil.test",
      "example",
      "xn--bcher-kvb.example",
      "bucher.example",
      "localhost.evil.test",
      "notlocalhost",
    ],
    ...["127.0.0.1.evil.test", "198.51.100.7.evil.test", "private", "a.private", "xallowed.example"],
  ),
  fc.domain().filter((name) => !/(^|\.)(allowed\.example|localhost)$/i.test(name)),
)

/** Addresses beside the allowed blocks and ranges, by one as often as far away. */
const deniedIPv4 = fc
  .oneof(
    fc.constantFrom(0xc6336406, 0xc6336408, 0xc633643f, 0xc6336480, 0x09ffffff, 0x0b000000, 0xac0fffff),
    fc.constantFrom(0xac200000, 0xc0a7ffff, 0xc0a90000, 0xa9fdffff, 0xa9ff0000, 0x80000000, 0x7effffff, 1),
    fc.integer({ min: 1, max: 0xffffffff }),
  )
  .map((value) => value >>> 0)
  .filter((value) => !isAllowedIPv4(value))

const deniedIPv6 = fc
  .oneof(
    fc.constantFrom("2001:db8::8", "2001:db8::6", "2001:db8:2::", "2001:db8:0:ffff::", "fbff::1", "fe00::1"),
    fc.constantFrom(
      "fec0::1",
      "::2",
      "::c633:6407",
      "::a00:1",
      "::ffff:0:0:1",
      "64:ff9b::c633:6407",
      "2002:c633:6407::1",
    ),
    fc.ipV6(),
  )
  .filter(
    (text) =>
      !/^(f[cd]|fe[89ab]|2001:0?db8:|::1?$|[0:]*:[01]?$)/i.test(text) || text.startsWith("2001:db8::8"),
  )
  .filter((text) => !text.includes(".") && !/^[0:]*:ffff:[^:]+:[^:]+$/i.test(text))

/** Upper case here and there, wide letters, percent signs, soft hyphens, other full stops, a trailing dot. */
const nameSpelling = (name: string) =>
  fc
    .tuple(fc.array(fc.nat(5), { minLength: name.length, maxLength: name.length }), fc.boolean())
    .map(
      ([ways, dot]) =>
        [...name].map((char, index) => respell(char, ways[index]!)).join("") + (dot ? "." : ""),
    )

function respell(char: string, way: number): string {
  const code = char.charCodeAt(0)
  if (way === 1) return char.toUpperCase()
  if (way === 2) return `%${code.toString(16)}`
  if (way === 3 && code > 32 && code < 127) return String.fromCharCode(code + 0xfee0)
  if (way === 4 && char === ".") return "\u3002"
  return char
}

/** Dotted, short, decimal, octal, hexadecimal, mixed, mapped to IPv6, with a trailing dot. */
const ipv4Spelling = (value: number) => {
  const octets = [24, 16, 8, 0].map((shift) => (value >>> shift) & 255)
  const [a, b, c, d] = octets as [number, number, number, number]
  const hex = value.toString(16)
  const mapped = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  return fc.constantFrom(
    octets.join("."),
    `${octets.join(".")}.`,
    `${value}`,
    `0x${hex}`,
    `0X${hex.toUpperCase()}`,
    `0${value.toString(8)}`,
    octets.map((octet) => `0x${octet.toString(16)}`).join("."),
    octets.map((octet) => `0${octet.toString(8)}`).join("."),
    `${a}.${value & 0xffffff}`,
    `${a}.${b}.${value & 0xffff}`,
    `0x${a.toString(16)}.0${b.toString(8)}.${(c << 8) | d}`,
    `::ffff:${octets.join(".")}`,
    `[::ffff:${mapped}]`,
    `0:0:0:0:0:FFFF:${mapped.toUpperCase()}`,
    `[::ffff:${octets.join(".")}%25eth0]`,
    octets.join("\uff0e"),
    octets.join("%2e"),
  )
}

const ipv6Spelling = (text: string) =>
  fc.constantFrom(text, text.toUpperCase(), `[${text}]`, `${text}%eth0`, `[${text}%25lo]`)

/** Texts that hold an allowed host and a denied one: whichever a parser would take, it is no host. */
const smuggled = (denied: string) =>
  fc.constantFrom(
    ...[
      "@",
      "\\@",
      "#",
      "?",
      "/",
      "\\",
      ":",
      "\t",
      "\n",
      "\r",
      " ",
      "\u0000",
      "%00",
      "%2f",
      "%40",
      "|",
      "^",
    ].flatMap((joint) => [
      `allowed.example${joint}${denied}`,
      `${denied}${joint}allowed.example`,
      `localhost${joint}${denied}`,
    ]),
  )

const denied = fc.oneof(
  deniedName.chain(nameSpelling),
  deniedIPv4.chain(ipv4Spelling),
  deniedIPv6.chain(ipv6Spelling),
  deniedName.chain(smuggled),
)

test("no spelling of a denied host passes any entry", () => {
  fc.assert(
    fc.property(denied, fc.constantFrom(undefined, 80, 443, 8443), (host, port) => {
      for (let index = 0; index < deciders.length; index++) expectDenied(deciders[index]!, host, port)
    }),
    RUNS,
  )
})

test("no spelling of an allowed host passes on a port that the entry does not name", () => {
  const withPort = ["allowed.example:443", "198.51.100.7:443", "[2001:db8::7]:443"].map((entry) =>
    decideWith([entry]),
  )
  const allowed = fc.oneof(
    nameSpelling("allowed.example"),
    ipv4Spelling(0xc6336407),
    ipv6Spelling("2001:db8::7"),
  )
  fc.assert(
    fc.property(allowed, fc.integer({ min: 1, max: 65535 }), (host, port) => {
      for (const decide of withPort) if (port !== 443) expectDenied(decide, host, port)
    }),
    { ...RUNS, numRuns: 2000 },
  )
})

test.each([
  ["allowed.example", nameSpelling("allowed.example"), "allowed.example"],
  ["*.allowed.example", nameSpelling("a.b.allowed.example"), "a.b.allowed.example"],
  ["198.51.100.7", ipv4Spelling(0xc6336407), "198.51.100.7"],
  ["198.51.100.64/26", ipv4Spelling(0xc633647f), "198.51.100.127"],
  ["private", ipv4Spelling(0x0a000001), "10.0.0.1"],
  ["2001:db8:1::/48", ipv6Spelling("2001:db8:1::7"), "2001:db8:1::7"],
] as const)("every spelling of what %s names passes, and is dialled in one", (entry, spelling, canonical) => {
  const decide = decideWith([entry])
  fc.assert(
    fc.property(spelling as fc.Arbitrary<string>, (host) => {
      expect(decide({ host, port: 443, api: "a test" })).toBe(canonical)
    }),
    { ...RUNS, numRuns: 1000 },
  )
})

test("an entry for addresses allows no name, as the name could stand for any address", () => {
  const decide = decideWith(["private", "0.0.0.0/0", "::/0"])
  for (const host of ["intranet", "10.0.0.1.evil.test", "evil.test", "10-0-0-1.evil.test"])
    expectDenied(decide, host, 80)
})

function expectDenied(decide: Decide, host: string, port: number | undefined): void {
  let dialled: string
  try {
    dialled = decide({ host, port, api: "a test" })
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_OPENCODE_OFFLINE") return
    throw error
  }
  throw new Error(`${JSON.stringify(host)} on ${port} passed, as ${dialled}`)
}

function isAllowedIPv4(value: number): boolean {
  const [a, b] = [value >>> 24, (value >>> 16) & 255]
  const inPrivate =
    a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)
  return inPrivate || a === 127 || value === 0 || value === 0xc6336407 || value >>> 6 === 0xc6336440 >>> 6
}
