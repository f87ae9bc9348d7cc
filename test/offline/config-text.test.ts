import { expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { parseConfig } from "../../offline/config-text.ts"

test("comments and trailing commas are read as upstream reads them", () => {
  const text = '{ // a comment\n "offline": true, /* another */ }'
  expect(parseConfig(text, undefined, {})).toEqual({
    value: { offline: true },
    malformed: false,
    repeated: undefined,
  })
})

test("a text that is no JSON is malformed, and what stood before the fault is kept", () => {
  expect(parseConfig('{ "offline": true, "x": tru', undefined, {})).toMatchObject({
    value: { offline: true },
    malformed: true,
  })
})

test("variables are put in, and one that is not set is empty", () => {
  const { value } = parseConfig('{ "a": "{env:HOST}", "b": "{env:NONE}" }', undefined, { HOST: "llm.corp" })
  expect(value).toEqual({ a: "llm.corp", b: "" })
})

test("files are put in relative to the configuration, without the space around, and quoted for JSON", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "config-text-"))
  writeFileSync(path.join(folder, "url"), ' http://a "b"\n')
  const { value } = parseConfig('{\n// {file:none}\n"a": "{file:url}" }', folder, {})
  expect(value).toEqual({ a: 'http://a "b"' })
  rmSync(folder, { recursive: true })
})

test("a relative file is left as it is where no folder can be trusted", () => {
  const text = '{ "a": "{file:etc/hosts}" }'
  expect(parseConfig(text, undefined, {}).value).toEqual({ a: "{file:etc/hosts}" })
  expect(parseConfig(text.replace("etc", "/etc"), undefined, {}).value).not.toEqual({
    a: "{file:/etc/hosts}",
  })
})
