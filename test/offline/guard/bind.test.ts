import { expect, test } from "bun:test"
import { interceptBind } from "../../../offline/guard/bind.ts"
import { deciding, recording, refusal } from "../../lib/guard.ts"

const { native, calls } = recording("a server")
const bun: Record<string, unknown> = { serve: native, listen: native }
interceptBind(deciding().decide, bun)
const serve = bun.serve as (options: unknown) => unknown
const last = () => calls.at(-1)?.[0]

test("a server listens at an address, at what is decided on, or everywhere", () => {
  expect(serve({ hostname: "0x7f.1", port: 1 })).toBe("a server")
  expect(last()).toEqual({ hostname: "127.0.0.1", port: 1 })
  serve({ hostname: "localhost" })
  expect(last()).toEqual({ hostname: "127.0.0.1" })
  serve({ hostname: "OK.example" })
  expect(last()).toEqual({ hostname: "ok.example" })
  for (const hostname of [undefined, null, ""]) serve({ hostname, port: 2 })
  expect(calls).toHaveLength(6)
})

test("a name that is not allowed is not looked up, however the options carry it", () => {
  const before = calls.length
  class Inherits {
    get hostname() {
      return "evil.example"
    }
  }
  for (const options of [{ hostname: "evil.example" }, new Inherits(), () => {}, undefined, "evil.example"])
    expect(() => serve(options)).toThrow(expect.objectContaining(refusal))
  expect(calls).toHaveLength(before)
})

test("what is decided on is what is listened at: options are read once", () => {
  let reads = 0
  serve({
    get hostname() {
      return reads++ === 0 ? "127.0.0.1" : "evil.example"
    },
  })
  expect(last()).toEqual({ hostname: "127.0.0.1" })
})
