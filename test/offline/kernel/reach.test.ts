import { expect, test } from "bun:test"
import { hostOfBytes, Reach } from "../../../offline/kernel/reach.ts"
import { type KernelSettings, STRICTEST } from "../../../offline/kernel/settings.ts"
import { canonicalHost } from "../../../offline/policy/host.ts"

const host = (text: string) => canonicalHost(text)!
const reach = (allow: string[], settings: Partial<KernelSettings> = {}) =>
  new Reach({
    allow: allow.map((text) => ({ text, origin: "test" })),
    settings: { ...STRICTEST, ...settings },
  })

test("an address is allowed by an entry for it, or for a name that it was looked up as", () => {
  const it = reach(["10.0.0.0/8", "llm.corp:443"])
  expect(it.mayConnect(host("10.1.2.3"), 80)).toBe(true)
  expect(it.mayConnect(host("192.0.2.1"), 443)).toBe(false)
  it.learn("llm.corp", host("192.0.2.1"))
  expect(it.mayConnect(host("192.0.2.1"), 443)).toBe(true)
  expect(it.mayConnect(host("192.0.2.1"), 80)).toBe(false)
})

test("an allowed name that a lookup leads to loopback allows nothing there", () => {
  const it = reach(["llm.corp"])
  it.learn("llm.corp", host("127.0.0.1"))
  it.learn("llm.corp", host("::ffff:127.0.0.1"))
  expect(it.mayConnect(host("127.0.0.1"), 443)).toBe(false)
})

test("a name is looked up when an entry for any of its ports allows it", () => {
  const it = reach(["llm.corp:443", "*.models.corp"])
  expect(it.mayLookUp("LLM.corp")).toBe(true)
  expect(it.mayLookUp("eu.models.corp")).toBe(true)
  expect(it.mayLookUp("secret.llm.corp")).toBe(false)
  expect(it.mayLookUp("4.3.2.1.in-addr.arpa")).toBe(false)
  expect(it.mayLookUp("")).toBe(false)
})

test("on loopback, ports that are named and the tree's own are allowed", () => {
  const it = reach(["127.0.0.1:11434", "localhost:4010"])
  for (const port of [11434, 4010]) expect(it.mayConnect(host("127.0.0.1"), port)).toBe(true)
  expect(it.mayConnect(host("::1"), 4010)).toBe(true)
  expect(it.mayConnect(host("::1"), 11434)).toBe(false)
  expect(it.mayConnect(host("127.0.0.1"), 3000)).toBe(false)
  it.own(host("0.0.0.0"), 3000, false)
  expect(it.mayConnect(host("127.0.0.1"), 3000)).toBe(true)
  expect(it.mayConnect(host("0.0.0.0"), 3000)).toBe(true)
  expect(it.mayConnect(host("::1"), 3000)).toBe(false)
  it.own(host("::"), 3000, true)
  expect(it.mayConnect(host("::1"), 3000)).toBe(true)
})

test("a port that the tree has on one address is not its own on another", () => {
  const it = reach([])
  it.own(host("127.0.0.5"), 3000, false)
  expect(it.mayConnect(host("127.0.0.5"), 3000)).toBe(true)
  expect(it.mayConnect(host("127.0.0.1"), 3000)).toBe(false)
})

test('with "any", every port of loopback is allowed, and nothing else', () => {
  const it = reach([], { loopback: "any" })
  expect(it.mayConnect(host("127.0.0.1"), 3000)).toBe(true)
  expect(it.mayConnect(host("192.0.2.1"), 3000)).toBe(false)
})

test("the addresses that are remembered are bounded", () => {
  const it = reach(["llm.corp"])
  for (let index = 0; index < 10_002; index++) it.learn("llm.corp", host(`10.0.${index >> 8}.${index & 255}`))
  expect(it.mayConnect(host("10.0.0.0"), 443)).toBe(false)
  expect(it.mayConnect(host("10.0.39.17"), 443)).toBe(true)
})

test("four bytes are the host that their text is", () => {
  for (const bytes of [
    [0, 0, 0, 0],
    [127, 0, 0, 1],
    [10, 9, 8, 7],
    [255, 255, 255, 255],
  ])
    expect(hostOfBytes(new Uint8Array(bytes))).toEqual(host(bytes.join(".")))
})
