import { describe, expect, test } from "bun:test"
import {
  addressesIn,
  answers,
  answerTo,
  forwarded,
  noSuchName,
  readQuestion,
  thisMachine,
} from "../../../offline/kernel/dns-message.ts"

const HEADER = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
const nameOf = (name: string) => [
  ...name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]),
  0,
]
const query = (name: string, type = 1, header = HEADER, rest: number[] = []) =>
  Uint8Array.from([...header, ...nameOf(name), 0, type, 0, 1, ...rest])

test("a query is read", () => {
  expect(readQuestion(query("LLM.corp"))).toMatchObject({
    id: 0x1234,
    name: "llm.corp",
    type: 1,
    extended: false,
  })
})

test.each([
  ["an answer", query("a.example", 1, [0, 0, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0])],
  ["an update", query("a.example", 1, [0, 0, 0x28, 0, 0, 1, 0, 0, 0, 0, 0, 0])],
  ["two questions", query("a.example", 1, [0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0])],
  ["a name that points back", Uint8Array.from([...HEADER, 0xc0, 12, 0, 1, 0, 1])],
  ["a name that ends too early", Uint8Array.from([...HEADER, 63, 97, 98, 99, 100, 101])],
  ["another class", Uint8Array.from([...HEADER, ...nameOf("a.example"), 0, 1, 0, 3])],
  ["nothing", new Uint8Array()],
])("%s is no query", (_, bytes) => {
  expect(readQuestion(bytes)).toBeUndefined()
})

test("a dot or a byte beyond ASCII within a label does not make it another name", () => {
  const bytes = Uint8Array.from([...HEADER, 8, ...Buffer.from("llm.corp"), 0, 0, 1, 0, 1])
  expect(readQuestion(bytes)?.name).not.toBe("llm.corp")
})

test("what is forwarded has the question alone, without capitals and what else was written", () => {
  const hidden = [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 4, 115, 101, 99, 114]
  const header = [0x12, 0x34, 1, 0x20, 0, 1, 0, 0, 0, 0, 0, 1]
  const question = readQuestion(query("LlM.CorP", 65, header, hidden))!
  const sent = Buffer.from(forwarded(question, 7))
  expect(sent.readUInt16BE(0)).toBe(7)
  expect(sent.toString("latin1")).toContain("\x03llm\x04corp\x00\x00A\x00\x01")
  expect(sent.toString("latin1")).not.toContain("secr")
})

describe("an answer", () => {
  const question = readQuestion(query("LLM.corp"))!
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 1, 2, 3]
  const alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12]
  const answer = Uint8Array.from([
    ...[0, 7, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0],
    ...nameOf("llm.corp"),
    ...[0, 1, 0, 1],
    ...alias,
    ...record,
  ])

  test("is taken for the id and the question that were sent", () => {
    expect(answers(answer, question, 7)).toBe(true)
    expect(answers(answer, question, 8)).toBe(false)
    expect(answers(answer, { ...question, name: "other.corp" }, 7)).toBe(false)
  })

  test("gives its addresses, behind an alias too", () => {
    expect(addressesIn(answer).map(({ text }) => text)).toEqual(["10.1.2.3"])
  })

  test("that is cut off gives what is whole", () => {
    for (let length = 0; length < answer.length; length++)
      expect(addressesIn(Uint8Array.from({ length: Math.max(length, 12) }, (_, at) => answer[at]!))).toEqual(
        [],
      )
  })

  test("goes back under the id and the spelling that were asked with", () => {
    const back = Buffer.from(answerTo(question, answer))
    expect(back.readUInt16BE(0)).toBe(0x1234)
    expect(back.toString("latin1")).toContain("\x03LLM\x04corp")
  })

  test("for a name of this machine needs no name server", () => {
    expect(addressesIn(thisMachine(question)).map(({ text }) => text)).toEqual(["127.0.0.1"])
    expect(addressesIn(thisMachine({ ...question, type: 28 })).map(({ text }) => text)).toEqual(["::1"])
  })

  test("that there is no such name has that code", () => {
    expect(noSuchName(question)[3]! & 0xf).toBe(3)
  })
})
