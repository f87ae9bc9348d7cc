import { expect, test } from "bun:test"
import { helpFor } from "../../../offline/core/help.ts"
import { readHelpPages } from "../../../scripts/contents/help.ts"

const pages = await readHelpPages()

test("there are the pages that a developer behind the gap needs, and the list names each with what it is about", () => {
  const topics = ["ca", "language-servers", "limits", "policy", "providers", "proxy"]
  expect(Object.keys(pages)).toEqual(topics)
  expect(helpFor(undefined, pages)!.split("\n").slice(1, -1)).toHaveLength(topics.length)
  for (const [topic, text] of Object.entries(pages)) {
    const about = /^[A-Z ]+: (.+)\n\n/.exec(text)?.[1]
    expect(helpFor(undefined, pages)).toMatch(new RegExp(`^  ${topic} +${about}$`, "m"))
  }
})

test.each(Object.entries(pages))("%s fits a terminal of 80 columns, and is ASCII", (_, text) => {
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([])
  expect(text).toMatch(/^[\n -~]*$/)
})

test("a word that is no topic, also one that every object has, is none", () => {
  for (const word of ["polcy", "constructor", "__proto__"]) expect(helpFor(word, pages)).toBeUndefined()
})
