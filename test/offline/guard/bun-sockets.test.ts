import { expect, test } from "bun:test"
import { interceptBunSockets } from "../../../offline/guard/bun-sockets.ts"
import { deciding, recording, refusal } from "../../lib/guard.ts"

const { native, calls } = recording(Promise.resolve("connected"))
const bun: Record<string, unknown> = { connect: native }
interceptBunSockets(deciding().decide, bun)
const connect = bun.connect as (options: unknown) => Promise<unknown>
const passed = async (options: unknown) => {
  expect(await connect(options)).toBe("connected")
  return calls.at(-1)?.[0] as Record<string, unknown>
}

test("a host is dialled in the spelling that was decided on, with the port that was", async () => {
  expect(await passed({ hostname: "OK.example.", port: "80", tls: true })).toEqual({
    hostname: "ok.example",
    port: 80,
    tls: true,
  })
  expect(await passed({ host: "ok.example", port: 80 })).toEqual({ hostname: "ok.example", port: 80 })
})

test("localhost is dialled by its address, and keeps its name for TLS", async () => {
  expect(await passed({ hostname: "app.localhost", port: 9, tls: true })).toEqual({
    hostname: "127.0.0.1",
    port: 9,
    tls: { serverName: "app.localhost" },
  })
})

test("a socket file or a descriptor leaves no host to dial", async () => {
  const elsewhere = { hostname: "evil.example", host: "evil.example", port: 80 }
  expect(await passed({ unix: "/a.sock", ...elsewhere })).toEqual({ unix: "/a.sock" })
  expect(await passed({ fd: 3, ...elsewhere })).toEqual({ fd: 3 })
})

test("neither a host that is denied, nor options of another shape, reach native code", async () => {
  const before = calls.length
  const evil = { hostname: "evil.example", port: 80 }
  const shapes = [evil, { ...evil, unix: "" }, { ...evil, unix: ["/a"] }, { ...evil, fd: "3" }]
  for (const options of [...shapes, Object.assign([], evil), Object.assign(() => {}, evil), undefined, null])
    expect(connect(options)).rejects.toMatchObject(refusal)
  expect(calls).toHaveLength(before)
})
