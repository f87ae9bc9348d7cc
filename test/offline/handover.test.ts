import { expect, test } from "bun:test"
import { tightened } from "../../offline/handover.ts"

const line = (text: string, origin = "OPENCODE_OFFLINE_ALLOW") => ({ text, origin })

test("a child keeps of its own what its parent may connect to, and the rest is what it asks for in vain", () => {
  const project = line("repo.example", "opencode.json")
  const own = { origin: "--offline", allow: [line("a.corp"), line("evil.example")], ignored: [project] }
  expect(tightened(own, { allow: [line("a.corp", "of the parent"), line("b.corp")] })).toEqual({
    origin: "--offline",
    allow: [line("a.corp")],
    ignored: [line("evil.example"), project],
  })
})

test("nothing that is handed over allows more", () => {
  const own = { origin: "--offline", allow: [line("a.corp")], ignored: [] }
  expect(tightened(own, { allow: [line("*.corp"), line("0.0.0.0/0")] }).allow).toEqual([])
})
