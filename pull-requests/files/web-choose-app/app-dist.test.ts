import { afterAll, beforeAll, expect, test } from "bun:test"
import fs from "fs/promises"
import os from "os"
import path from "path"
import { listAppDist } from "../../src/server/app-dist"

let root: string

beforeAll(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), "app-dist-"))
  await Bun.write(path.join(root, "index.html"), "<title>Own</title>")
  await Bun.write(path.join(root, "assets/a.js"), "1")
})
afterAll(() => fs.rm(root, { recursive: true, force: true }))

test("lists each file of OPENCODE_APP_DIST by its path, and no folder", async () => {
  expect(await listAppDist(root)).toEqual({
    "index.html": path.join(root, "index.html"),
    "assets/a.js": path.join(root, "assets/a.js"),
  })
})

test("fails when the folder is not there", async () => {
  expect(listAppDist(path.join(root, "none"))).rejects.toThrow("ENOENT")
})
