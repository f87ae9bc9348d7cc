import { expect, test } from "bun:test"
import { type Parent, tightened } from "../../offline/handover.ts"
import type { Resolution } from "../../offline/resolve.ts"

const line = (text: string, origin = "OPENCODE_OFFLINE_ALLOW") => ({ text, origin })
const own = (more: Partial<Resolution>): Resolution => ({
  ...{ origin: "--offline", allow: [], ignored: [] },
  ...{ projectCode: "allow", logs: [], project: "/p", notes: [] },
  ...more,
})
const parent: Omit<Parent, "origin"> = { allow: [], projectCode: "allow", logs: [] }

test("a child keeps of its own what its parent may connect to, and the rest is what it asks for in vain", () => {
  const project = line("repo.example", "opencode.json")
  const child = own({ allow: [line("a.corp"), line("evil.example")], ignored: [project] })
  expect(tightened(child, { ...parent, allow: [line("a.corp", "of the parent"), line("b.corp")] })).toEqual({
    ...child,
    allow: [line("a.corp")],
    ignored: [line("evil.example"), project],
  })
})

test("nothing that is handed over allows more", () => {
  const allow = [line("*.corp"), line("0.0.0.0/0")]
  expect(tightened(own({ allow: [line("a.corp")] }), { ...parent, allow }).allow).toEqual([])
  expect(tightened(own({ projectCode: "ignore" }), parent).projectCode).toBe("ignore")
})

test("a child leaves out a project's code where its parent does, and writes to its parent's logs, too", () => {
  const log = (file: string) => ({ file, required: true })
  const found = tightened(own({ logs: [log("/a")] }), {
    ...parent,
    projectCode: "ignore",
    logs: [log("/a"), log("/b")],
  })
  expect(found.projectCode).toBe("ignore")
  expect(found.logs).toEqual([log("/a"), log("/b")])
})
