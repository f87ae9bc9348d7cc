import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { embedConfiguration, readSchema, requireAllowed } from "../../../scripts/contents/configuration.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { pin } from "../../lib/stock.ts"

const folder = mkdtempSync(join(tmpdir(), "embed-configuration-"))
afterAll(() => rmSync(folder, { recursive: true }))

function write(text: string): string {
  const file = join(folder, "opencode.json")
  writeFileSync(file, text)
  return file
}

const provider = (baseURL: string) => JSON.stringify({ provider: { corp: { options: { baseURL } } } })

test("comments and trailing commas may stand in it, and what goes inside is ASCII JSON without them", async () => {
  const { keys, bytes } = await embedConfiguration(write('{ // of Ünal\n "username": "Ünal", }'))
  expect(keys).toEqual(["username"])
  expect(Buffer.from(bytes).toString()).toBe('{"username":"\\u00dcnal"}')
})

const bad: [what: string, text: string, why: string][] = [
  ["no JSON", "{", "no JSON"],
  ["nothing", "", "no"],
  ["no object", "[]", "no object"],
  ["a key that stands twice", '{ "model": "a/b", "model": "c/d" }', '"model" twice'],
  ["the policy's key", '{ "offline": true }', "--policy"],
  ["what upstream reads elsewhere", '{ "server": { "port": 1 } }', "server"],
  ["a relative file", '{ "username": "{file:./name}" }', "{file:./name}"],
]

test.each(bad)("%s is a failure that says so", async (_, text, why) => {
  const failure = await embedConfiguration(write(text)).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect(failure.report.what).toContain("opencode.json is not a configuration")
  expect(failure.report.why).toContain(why)
})

test("files by a whole path or in the home folder, and variables, may be put in", async () => {
  const text = '{ "username": "{env:NAME}{file:/etc/name}{file:~/name}" }'
  expect((await embedConfiguration(write(text))).keys).toEqual(["username"])
})

test("a locked policy that does not let its provider through is a failure that names the entry", async () => {
  const configuration = await embedConfiguration(write(provider("https://llm.corp.example:8443/v1")))
  const policy = (allow: string[], locked = true) => ({ allow, locked })
  expect(() => requireAllowed(configuration, policy([]))).toThrow('"llm.corp.example:8443"')
  expect(() => requireAllowed(configuration, policy(["llm.corp.example:443"]))).toThrow(Failure)
  requireAllowed(configuration, policy(["*.corp.example"]))
  requireAllowed(configuration, policy([], false))
  requireAllowed(configuration, undefined)
  requireAllowed(await embedConfiguration(write(provider("http://127.0.0.1:11434/v1"))), policy([]))
})

test("a locked policy of kernel mode has to name a port of this machine, unless it lets all of them through", async () => {
  const configuration = await embedConfiguration(write(provider("http://127.0.0.1:11434/v1")))
  const policy = { allow: [] as string[], locked: true, enforce: "kernel" as const }
  expect(() => requireAllowed(configuration, policy)).toThrow('"127.0.0.1:11434"')
  expect(() => requireAllowed(configuration, { ...policy, allow: ["localhost:11435"] })).toThrow(Failure)
  requireAllowed(configuration, { ...policy, allow: ["127.0.0.1:11434"] })
  requireAllowed(configuration, { ...policy, allow: ["localhost:11434"] })
  requireAllowed(configuration, { ...policy, loopback: "any" })
})

test("a pin without the package that declares what a configuration may have is a failure that names it", async () => {
  const failure = await readSchema({ ...pin, plugin: undefined }, folder).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect(failure.report.why).toContain("@opencode-ai/sdk")
})
