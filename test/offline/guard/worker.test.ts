import { expect, test } from "bun:test"
import { interceptWorkers } from "../../../offline/guard/worker.ts"

const made: { preload: string[]; env: Record<string, string> }[] = []
class Native {
  constructor(_url: string, options: (typeof made)[number]) {
    made.push(options)
  }
}
const scope = { Worker: Native }
const handover = { preload: "/guard.js", env: { OPENCODE_OFFLINE_RESOLUTION: "resolved" } }
interceptWorkers(handover, { HTTP_PROXY: "http://a" }, scope as never)
const Guarded = scope.Worker as unknown as new (url: string, options?: unknown) => Native

test.each([
  ["no options", undefined],
  ["a function", () => {}],
  ["a preload", { preload: "own.js" }],
  [
    "preloads and an environment that says off",
    { preload: ["a", "b"], env: { OPENCODE_OFFLINE_RESOLUTION: "" } },
  ],
])("a worker that is given %s runs the guard first, and is told what was resolved", (_, options) => {
  expect(new Guarded("x.js", options)).toBeInstanceOf(Native)
  const { preload, env } = made.at(-1)!
  expect(preload[0]).toBe("/guard.js")
  expect(env.OPENCODE_OFFLINE_RESOLUTION).toBe("resolved")
  expect(JSON.parse(env.OPENCODE_OFFLINE_PROXIES!)).toEqual({ HTTP_PROXY: "http://a" })
})
