import { expect, test } from "bun:test"
import fc from "fast-check"
import { matches } from "../../../offline/policy/entry.ts"
import { canonicalHost } from "../../../offline/policy/host.ts"
import { intersect } from "../../../offline/policy/intersect.ts"
import { parseEntry, readLine } from "../../../offline/policy/read-entry.ts"

const lines = (texts: string[], origin: string) => texts.map((text) => ({ text, origin }))
const meet = (some: string[], others: string[]) =>
  intersect(lines(some, "one"), lines(others, "other")).map(({ text }) => text)

test.each([
  [["a.corp"], ["a.corp"], ["a.corp"]],
  [["A.corp."], ["a.corp:443"], ["a.corp:443"]],
  [["a.corp:443"], ["a.corp"], ["a.corp:443"]],
  [["a.corp:443"], ["a.corp:80"], []],
  [["a.corp"], ["*.corp:443"], ["a.corp:443"]],
  [["*.a.corp"], ["*.corp"], ["*.a.corp"]],
  [["*.a.corp:80"], ["*.corp"], ["*.a.corp:80"]],
  [["*.a.corp"], ["*.corp:80"], ["*.a.corp:80"]],
  [["corp"], ["*.corp"], []],
  [["acorp"], ["*.corp"], []],
  [["a.corp.evil"], ["*.corp"], []],
  [["10.0.0.0/8"], ["10.1.0.0/16", "11.0.0.0/8"], ["10.1.0.0/16"]],
  [["10.0.0.0/8"], ["10.0.0.0/16"], ["10.0.0.0/16"]],
  [["10.0.0.5:443"], ["10.0.0.0/8"], ["10.0.0.5:443"]],
  [["10.0.0.5"], ["10.0.0.5:443"], ["10.0.0.5:443"]],
  [["10.0.0.5/32"], ["10.0.0.5:443"], ["10.0.0.5:443"]],
  [["fd00::7"], ["[fd00::7]:1"], ["[fd00::7]:1"]],
  [["::/0"], ["0.0.0.0/0"], []],
  [["private"], ["10.1.0.0/16", "8.8.8.8"], ["10.1.0.0/16"]],
  [["0.0.0.0/0"], ["private"], ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"]],
  [["10.0.0.1"], ["a.corp"], []],
])("%j and %j allow %j together", (some, others, both) => {
  expect(meet(some, others)).toEqual(both)
  expect(new Set(meet(others, some))).toEqual(new Set(both))
})

test("a line says where both stand, and one that an URL was stays what it points at", () => {
  const at = { host: "a.corp", port: 443 }
  expect(intersect([{ text: "a.corp:443", origin: "one", at }], lines(["*.corp"], "other"))).toEqual([
    { text: "a.corp:443", origin: "one and other", at },
  ])
})

const hosts = [
  "a.corp",
  "b.a.corp",
  "corp",
  "10.0.0.1",
  "10.1.0.1",
  "192.168.0.1",
  "8.8.8.8",
  "fd00::7",
  "fd01::1",
]
const entries = [
  ...["a.corp", "a.corp:80", "a.corp:443", "b.a.corp", "*.corp", "*.corp:443", "*.a.corp", "*.a.corp:80"],
  ...["10.0.0.1", "10.0.0.1:80", "10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "private", "::/0", "fd00::/8"],
  ...["fd00::7", "[fd00::7]:443", "10.0.0.1/32"],
]

test("two lists together allow what each of them allows, and nothing else", () => {
  const list = fc.uniqueArray(fc.constantFrom(...entries), { maxLength: 5 })
  fc.assert(
    fc.property(
      list,
      list,
      fc.constantFrom(...hosts),
      fc.constantFrom(80, 443),
      (some, others, host, port) => {
        const allows = (texts: string[]) =>
          texts.some((text) => matches(parseEntry(text, "").matcher, canonicalHost(host)!, port))
        expect(allows(meet(some, others))).toBe(allows(some) && allows(others))
      },
    ),
    { numRuns: 2000 },
  )
})

test("each line that comes out can be read", () => {
  for (const line of intersect(lines(entries, "one"), lines(entries, "other")))
    expect(readLine(line)).toBeDefined()
})
