import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { addToPath, missesRipgrep } from "../../../offline/core/ripgrep.ts"

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ripgrep-"))
  await mkdir(join(root, "bin"))
  await writeFile(join(root, "bin/rg"), "#!/bin/sh\n", { mode: 0o755 })
})
afterAll(() => rm(root, { recursive: true }))

const asked: string[] = []
const assets = {
  has: () => true,
  bytes: () => Promise.reject(new Error("not asked for")),
  executable: (name: string, file: string) => {
    asked.push(name)
    return `/put/here/${file}`
  },
  tryExecutable: () => {},
}
const nowhere = {
  ...assets,
  executable: () => {
    throw new Error("there is no place to put it")
  },
  tryExecutable: () => {
    throw new Error("there would be no place")
  },
}

test("its folder comes behind all others of PATH when none of them has it", () => {
  const env = { PATH: join(root, "none") }
  expect(addToPath(env, assets)).toBeUndefined()
  expect(env.PATH).toBe(`${join(root, "none")}:/put/here`)
  expect(asked).toEqual(["rg"])
})

test("one that is in PATH is left alone, and none is put anywhere", () => {
  const env = { PATH: join(root, "bin") }
  expect(addToPath(env, nowhere)).toBeUndefined()
  expect(env.PATH).toBe(join(root, "bin"))
})

test("without PATH, what a system finds without it stays to be found", () => {
  const env: Record<string, string> = {}
  expect(addToPath(env, assets)).toBeUndefined()
  expect(env.PATH).toBe("/usr/local/bin:/usr/bin:/bin:/put/here")
})

test("where it cannot be put, the reason is told and PATH stays", () => {
  const env = { PATH: join(root, "none") }
  expect(addToPath(env, nowhere)).toBe("there is no place to put it")
  expect(env.PATH).toBe(join(root, "none"))
})

test("whether one is missing is seen without putting it anywhere", () => {
  const env = { PATH: join(root, "none") }
  asked.length = 0
  expect(missesRipgrep(env, assets)).toBeUndefined()
  expect(missesRipgrep(env, nowhere)).toBe("there would be no place")
  expect(missesRipgrep({ PATH: join(root, "bin") }, nowhere)).toBeUndefined()
  expect([asked, env.PATH]).toEqual([[], join(root, "none")])
})
