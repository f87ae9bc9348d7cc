import { expect, test } from "bun:test"
import fc from "fast-check"
import { answerDns, parseDnsQuestion } from "../../../scripts/isolation/dns-message.ts"

const HEADER = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
const nameOf = (name: string) => [
  ...name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]),
  0,
]
const query = (name: string, type = 1, rest: number[] = [], header = HEADER) =>
  Uint8Array.from([...header, ...nameOf(name), 0, type, 0, 1, ...rest])

const EXTENDED = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
const OPT = [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0]

test.each([
  [1, "A"],
  [28, "AAAA"],
  [12, "PTR"],
  [65, "HTTPS"],
  [64, "SVCB"],
  [200, "200"],
])("the question of a query for type %i is read as %s", (type, name) => {
  expect(parseDnsQuestion(query("Docs.Corp", type))).toEqual({ name: "docs.corp", type: name })
})

test("a question is read where extended DNS, an unknown record or nonsense stands behind it", () => {
  const asked = { name: "docs.corp", type: "A" }
  expect(parseDnsQuestion(query("docs.corp", 1, OPT, EXTENDED))).toEqual(asked)
  const alias = [0xc0, 12, 0xff, 0x0a, 0, 1, 0, 0, 0, 9, 0, 2, 1, 2]
  expect(parseDnsQuestion(query("docs.corp", 1, alias, EXTENDED))).toEqual(asked)
  expect(parseDnsQuestion(query("docs.corp", 1, [0xc0], EXTENDED))).toEqual(asked)
})

test.each([
  ["an answer", query("a.example", 1, [], [0, 0, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0])],
  ["no question", query("a.example", 1, [], [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ["a name that points to itself", Uint8Array.from([...HEADER, 0xc0, 12, 0, 1, 0, 1])],
  ["a name that points ahead", Uint8Array.from([...HEADER, 0xc0, 20, 0, 1, 0, 1, 0, 0, 0, 0])],
  ["a name that ends too early", Uint8Array.from([...HEADER, 63, 97, 98])],
  ["a question that ends too early", query("a.example").subarray(0, -1)],
  ["nothing", new Uint8Array()],
])("%s is no query", (_, bytes) => {
  expect(parseDnsQuestion(bytes)).toBeUndefined()
  expect(answerDns(bytes, "198.18.0.16")).toBeUndefined()
})

test("the answer has the id, the spelling that was asked with, and the address", () => {
  const asked = query("DoCs.corp")
  const answer = answerDns(asked, "198.18.0.16")!
  expect([...answer.subarray(0, 12)]).toEqual([0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0])
  expect([...answer.subarray(12, asked.length)]).toEqual([...asked.subarray(12)])
  expect([...answer.subarray(-6)]).toEqual([0, 4, 198, 18, 0, 16])
})

test("the answer without an address has no record, and speaks extended DNS to who does", () => {
  const counts = (answer: Buffer) => [4, 6, 8, 10].map((offset) => answer.readUInt16BE(offset))
  expect(counts(answerDns(query("docs.corp", 65))!)).toEqual([1, 0, 0, 0])
  expect(counts(answerDns(query("docs.corp", 65, OPT, EXTENDED))!)).toEqual([1, 0, 0, 1])
})

test("whatever a program sends, nothing is thrown", () => {
  const mutated = fc
    .tuple(
      fc.constantFrom(query("docs.corp"), query("docs.corp", 65, OPT, EXTENDED)),
      fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 8 }),
      fc.nat(60),
    )
    .map(([message, changes, length]) => {
      const bytes = message.slice()
      for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
      return bytes.subarray(0, length)
    })
  const any = fc.uint8Array({ maxLength: 600 })
  fc.assert(
    fc.property(fc.oneof(mutated, any), (bytes) => {
      const question = parseDnsQuestion(bytes)
      const answer = answerDns(bytes, "198.18.0.16")
      if (!question) expect(answer).toBeUndefined()
      if (answer) expect([...answer.subarray(0, 2)]).toEqual([...bytes.subarray(0, 2)])
    }),
    { numRuns: 5000 },
  )
})
