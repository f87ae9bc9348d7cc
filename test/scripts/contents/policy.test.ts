import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readBakedPolicy } from "../../../offline/baked.ts"
import { KEYS } from "../../../offline/policy/keys.ts"
import { embedPolicy } from "../../../scripts/contents/policy.ts"
import { Failure } from "../../../scripts/lib/errors.ts"

const folder = mkdtempSync(join(tmpdir(), "embed-policy-"))
afterAll(() => rmSync(folder, { recursive: true }))

function write(text: string): string {
  const file = join(folder, "policy.json")
  writeFileSync(file, text)
  return file
}

const good = { mode: "always", allow: ["llm.corp:443", "*.corp", "10.0.0.0/8", "private"], locked: true }

test("what is built in is what the executable reads", async () => {
  const { bytes } = await embedPolicy(write(JSON.stringify(good)))
  writeFileSync(join(folder, "module.json"), bytes)
  expect(readBakedPolicy(join(folder, "module.json"), true) as object).toEqual(good)
})

test("what else a policy may say is built in, too", async () => {
  const log = { file: "/var/log/opencode.jsonl", allowed: true, maxBytes: 1_000_000 }
  const kernel = { enforce: "kernel", loopback: "any", unix: ["/run/agent.sock"], listen: "any" }
  const whole = { ...good, projectCode: "allow", log, ...kernel }
  // A key that is new is to be in this test, too: one that is dropped is a policy that does not hold.
  expect(Object.keys(whole).sort()).toEqual(Object.keys(KEYS).sort())
  const { keys, bytes } = await embedPolicy(write(JSON.stringify(whole)))
  expect([keys as object, JSON.parse(Buffer.from(bytes).toString())]).toEqual([whole, whole])
})

test("the order and the layout of the file change nothing", async () => {
  const { bytes } = await embedPolicy(write(JSON.stringify(good)))
  const { locked, ...rest } = good
  const other = await embedPolicy(write(JSON.stringify({ locked, ...rest }, null, 4)))
  expect(other.bytes).toEqual(bytes)
})

const bad: [what: string, text: string, why: string][] = [
  ["no JSON", "{", "JSON"],
  ["an unknown mode", JSON.stringify({ ...good, mode: "on" }), "mode"],
  ["an unknown key", JSON.stringify({ ...good, alow: [] }), "alow"],
  ["a missing key", JSON.stringify({ mode: "always", allow: [] }), "locked"],
  ["a key that stands twice", JSON.stringify(good).replace("}", ', "locked": false }'), '"locked" twice'],
  ["a key that stands twice below", '{ "log": { "file": "/a", "file": "/b" } }', '"file" twice'],
  ["a comment", `${JSON.stringify(good)} // by hand`, "InvalidCommentToken"],
  ["nothing", "", "JSON"],
  ["no object", "[]", "no object"],
  ["a number among the entries", JSON.stringify({ ...good, allow: ["a.b", 1] }), "allow"],
  ["a log that is no path", JSON.stringify({ ...good, log: "denied.jsonl" }), "log"],
  ["text for a boolean", JSON.stringify({ ...good, locked: "false" }), "locked"],
  ["an entry that is an URL", JSON.stringify({ ...good, allow: ["https://a.b"] }), '"https://a.b"'],
  ["an entry with a bad port", JSON.stringify({ ...good, allow: ["a.b:0"] }), '"a.b:0"'],
]

test.each(bad)("%s is a failure that names it", async (_, text, why) => {
  const failure = await embedPolicy(write(text)).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect(failure.report.what).toContain("policy.json is not a policy")
  expect(failure.report.why).toContain(why)
})

test("a file that is not there is a failure", async () => {
  expect(await embedPolicy(join(folder, "absent.json")).catch((error) => error)).toBeInstanceOf(Failure)
})
