import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { nodeScript } from "../../../offline/children/node-script.ts"

let root: string
const bin = () => join(root, "node_modules/.bin")
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "node-script-"))
  await mkdir(bin(), { recursive: true })
  await writeFile(join(bin(), "for-node"), "#!/usr/bin/env node\n")
  await writeFile(join(bin(), "with-options"), "#!/usr/local/bin/node --no-warnings\n")
  await writeFile(join(bin(), "for-a-shell"), '#!/bin/sh\nexec node "$0.js"\n')
  await writeFile(join(bin(), "native"), "\x7fELF")
  await writeFile(join(root, "for-node"), "#!/usr/bin/env node\n")
})
afterAll(() => rm(root, { recursive: true }))

test.each(["for-node", "with-options"])("a package's program %s is a script for Node", (name) => {
  expect(nodeScript(join(bin(), name))).toBe(join(bin(), name))
  expect(nodeScript(`./node_modules/.bin/${name}`, root)).toBe(join(bin(), name))
})

test.each(["for-a-shell", "native", "none"])("a package's program %s is not", (name) => {
  expect(nodeScript(join(bin(), name))).toBeUndefined()
})

test("a file that is no package's program, and a name alone, are not looked at", () => {
  expect(nodeScript(join(root, "for-node"))).toBeUndefined()
  expect(nodeScript("for-node", bin())).toBeUndefined()
  expect(nodeScript(undefined)).toBeUndefined()
})
