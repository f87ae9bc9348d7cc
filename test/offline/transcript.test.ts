import { expect, test } from "bun:test"
import { merge } from "../../offline/transcript.ts"

const asked = { id: "msg_1" }
const begun = { id: "msg_2", time: {} }
const refused = { id: "msg_2", time: { completed: 1 }, error: { name: "UnknownError" } }

test("a refusal that was told of while the session was read stays", () => {
  expect(merge([asked, refused], [asked, begun])).toEqual([asked, refused])
  expect(merge([refused], [asked, begun])).toEqual([asked, refused])
})

test("what was read last counts where both are alike, or it is further", () => {
  const answered = { id: "msg_2", time: { completed: 2 } }
  expect(merge([asked, begun], [asked, answered])).toEqual([asked, answered])
  expect(merge([asked, refused], [asked, answered])).toEqual([asked, answered])
})

test("what was told of and came after all that was read is behind it, and nothing that came before", () => {
  expect(merge([asked, refused], [asked])).toEqual([asked, refused])
  expect(merge([{ id: "msg_0" }], [asked])).toEqual([asked])
  expect(merge([refused], [])).toEqual([refused])
})
