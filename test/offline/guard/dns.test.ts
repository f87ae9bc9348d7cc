import { expect, test } from "bun:test"
import { interceptDns } from "../../../offline/guard/dns.ts"
import { deciding, refusal } from "../../lib/guard.ts"

const asked: unknown[][] = []
const native =
  (name: string) =>
  async (...args: unknown[]) => {
    asked.push([name, ...args])
    return [args[0]]
  }
// biome-ignore lint/suspicious/noExplicitAny: methods of the runtime's
const dns: any = Object.fromEntries(
  ["lookup", "resolve", "prefetch", "reverse", "setServers"].map((name) => [name, native(name)]),
)
interceptDns(deciding().decide, [dns])

test("a name is asked for in the spelling that was decided on", async () => {
  await dns.lookup("OK.example.", { family: 4 })
  await dns.resolve("ok.example", "TXT")
  expect(asked.splice(0)).toEqual([
    ["lookup", "ok.example", { family: 4 }],
    ["resolve", "ok.example", "TXT"],
  ])
})

test("localhost is answered without asking anybody for it", async () => {
  expect(await dns.lookup("localhost")).toEqual(["127.0.0.1", "::1"])
  expect(await dns.lookup("a.localhost", { family: 4 })).toEqual(["127.0.0.1"])
  expect(await dns.lookup("LOCALHOST", { family: "IPv6" })).toEqual(["::1"])
  expect(asked.splice(0).map(([, name]) => name)).not.toContain("localhost")
  expect(dns.resolve("localhost")).rejects.toMatchObject(refusal)
})

test("what is denied is not asked for, and no server is told", () => {
  for (const name of ["lookup", "resolve", "reverse"])
    for (const host of ["evil.example", new String("evil.example"), ["evil.example"]])
      expect(dns[name](host)).rejects.toMatchObject(refusal)
  expect(() => dns.prefetch("evil.example")).toThrow(expect.objectContaining(refusal))
  expect(() => dns.setServers([[4, "203.0.113.1", 53]])).toThrow(expect.objectContaining(refusal))
  expect(asked).toEqual([])
})
