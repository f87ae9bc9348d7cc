import { expect, test } from "bun:test"
import { homedir } from "node:os"
import path from "node:path"
import { inherited } from "../../offline/children/environment.ts"
import { stateFolder } from "../../offline/state-folder.ts"

const allowing = (...allow: string[]) => ({
  origin: "--offline",
  allow: allow.map((text, index) => ({ text, origin: `source ${index}` })),
  ignored: [],
  projectCode: "allow" as const,
})

test("the folder is below the user's, and of the policy", () => {
  const { users, own, digest } = stateFolder(allowing("a.example"), { XDG_STATE_HOME: "/state" })
  expect(users).toBe("/state")
  expect(own).toBe(path.join("/state", "opencode-offline", digest))
  expect(digest).toMatch(/^[0-9a-f]{16}$/)
})

test.each([undefined, ""])("without one of the user's it is below the usual one: %p", (named) => {
  const { own, digest } = stateFolder(allowing(), { XDG_STATE_HOME: named })
  expect(own).toBe(path.join(homedir(), ".local/state/opencode-offline", digest))
})

test("what is allowed makes the difference, not in which order, how often or by whom", () => {
  const digest = (...allow: string[]) => stateFolder(allowing(...allow), {}).digest
  expect(digest("a.example", "b.example")).toBe(digest("b.example", "a.example", "b.example"))
  expect(new Set([digest(), digest("a.example"), digest("a.example", "b.example")]).size).toBe(3)
  expect(stateFolder({ ...allowing(), projectCode: "ignore" }, {}).digest).not.toBe(digest())
})

test("it is not put into another policy's", () => {
  const { own } = stateFolder(allowing("a.example"), { XDG_STATE_HOME: "/state" })
  const inner = stateFolder(allowing(), { XDG_STATE_HOME: own })
  expect(inner).toEqual(stateFolder(allowing(), { XDG_STATE_HOME: "/state" }))
})

test("children inherit the user's, or what they are given", () => {
  const handover = (named?: string) => ({
    module: "",
    env: {},
    atStart: {},
    state: stateFolder(allowing(), { XDG_STATE_HOME: named }),
  })
  const moved = (named?: string) => ({ A: "1", XDG_STATE_HOME: handover(named).state.own })
  expect(inherited(moved("/state"), handover("/state"))).toEqual({ A: "1", XDG_STATE_HOME: "/state" })
  expect(inherited(moved(), handover())).toEqual({ A: "1", XDG_STATE_HOME: undefined })
  expect(inherited({ XDG_STATE_HOME: "/given" }, handover())).toEqual({ XDG_STATE_HOME: "/given" })
})
