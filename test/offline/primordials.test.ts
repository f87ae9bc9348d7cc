import { expect, test } from "bun:test"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { breaches } from "../lib/primordial-breaches.ts"

const offline = join(import.meta.dirname, "../../offline")
const guard = (await readdir(join(offline, "guard"))).map((file) => `guard/${file}`)

test.each([...guard, "policy/host.ts", "policy/address.ts"])(
  "%s decides with nothing that a program can replace",
  async (file) => {
    expect(breaches(await readFile(join(offline, file), "utf8"))).toEqual([])
  },
)
