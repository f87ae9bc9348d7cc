import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readNamed } from "../../../offline/core/named-servers.ts"

let home: string
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "named-servers-"))
  env = { XDG_CONFIG_HOME: home, OPENCODE_TEST_HOME: home }
  await mkdir(join(home, "opencode"))
})
afterAll(() => rm(home, { recursive: true }))

const words = (line: string) => readNamed(line.split(" "), env)

test("the command line names origins, several behind one option, and nothing behind --", () => {
  expect(
    words("serve --cors https://a.corp --port 1 --cors=http://b.corp:8080 -- --cors https://c.corp"),
  ).toEqual({
    origins: ["https://a.corp", "http://b.corp:8080"],
    hosts: ["a.corp", "b.corp"],
  })
  expect(words("--cors https://a.corp https://b.corp --mdns false").origins).toEqual([
    "https://a.corp",
    "https://b.corp",
  ])
  expect(words("serve")).toEqual({ origins: [], hosts: [] })
})

test("a name in the local network is the server's own when it is announced there, and only then", () => {
  expect(words("serve --mdns").hosts).toEqual(["opencode.local"])
  expect(words("serve --mdns --mdns-domain Code.local").hosts).toEqual(["opencode.local", "code.local"])
  expect(words("serve --mdns-domain code.local").hosts).toEqual([])
  for (const off of ["serve --mdns=false", "serve --mdns false"]) expect(words(off).hosts).toEqual([])
})

test("configuration names them, too, but what is no text there, and what is malformed, names nothing", async () => {
  const file = join(home, "opencode/opencode.json")
  const server = { cors: ["https://a.corp", 7, "no origin"], mdns: true, mdnsDomain: "mine.local" }
  await writeFile(file, JSON.stringify({ server }))
  expect(readNamed([], env)).toEqual({
    origins: ["https://a.corp", "no origin"],
    hosts: ["a.corp", "opencode.local", "mine.local"],
  })
  await writeFile(file, `${JSON.stringify({ server })}}}`)
  expect(readNamed([], env)).toEqual({ origins: [], hosts: [] })
  await writeFile(file, JSON.stringify({ server: [server] }))
  expect(readNamed([], env)).toEqual({ origins: [], hosts: [] })
})
