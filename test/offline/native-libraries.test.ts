import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findNoexec } from "../../offline/assets/put.ts"
import { intercept } from "../../offline/native-libraries.ts"

// The runtime is stood in for by a loader that loads nothing from where the executable's modules lie.

const PLACES = ["XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR", "XDG_RUNTIME_DIR"]
const before = PLACES.map((name) => process.env[name])

let root: string
let modules: string
let loaded: unknown[][]
let loader: { dlopen(...words: unknown[]): unknown }
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "libraries-"))
  modules = join(root, "modules")
  await mkdir(modules)
  await writeFile(join(modules, "lib.so"), "a library")
  for (const name of PLACES) process.env[name] = join(root, name)
  loaded = []
  loader = {
    dlopen(...words) {
      loaded.push(words)
      const failed = new Error("failed to map segment")
      if (String(words[0]) === join(modules, "lib.so")) throw failed
      // As the loader of bun:ffi does it.
      if (String(words[0]).startsWith(`${modules}/`)) return failed
      if (words[0] === "/missing.so") throw new Error("no such file")
      return "handle"
    },
  }
  intercept(loader, 0, modules)
})
afterEach(async () => {
  PLACES.forEach((name, at) => {
    if (before[at] === undefined) delete process.env[name]
    else process.env[name] = before[at]
  })
  await rm(root, { recursive: true })
})

test("a library that is inside, and that the runtime cannot load, is loaded from a folder that can be run from", async () => {
  expect(loader.dlopen(join(modules, "lib.so"), "symbols")).toBe("handle")
  const [, [copy, symbols]] = loaded as [unknown[], [string, string]]
  expect(copy).toStartWith(join(root, "XDG_CACHE_HOME/opencode-inside/"))
  expect(copy).toEndWith("/lib.so")
  expect(symbols).toBe("symbols")
  expect(await readFile(copy, "utf8")).toBe("a library")
})

test("so is one of a loader that returns its errors", async () => {
  await writeFile(join(modules, "other.so"), "another")
  expect(loader.dlopen(join(modules, "other.so"))).toBe("handle")
  expect(loaded[1]![0]).toEndWith("/other.so")
})

test("any other library, and one that the runtime can load, is left to it", () => {
  expect(loader.dlopen("/usr/lib/libc.so", 1)).toBe("handle")
  expect(() => loader.dlopen("/missing.so")).toThrow("no such file")
  expect(loaded).toEqual([["/usr/lib/libc.so", 1], ["/missing.so"]])
})

test("where there is no place for it, the error says what the runtime said, and which variable to set", async () => {
  for (const name of PLACES) await writeFile(join(root, name), "")
  const load = () => loader.dlopen(join(modules, "lib.so"))
  expect(load).toThrow(/lib\.so is inside this OpenCode.*Set XDG_CACHE_HOME.*failed to map segment/s)
})

const MOUNTS = String.raw`21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
22 21 0:30 / /tmp rw,nosuid,noexec - tmpfs none rw
23 22 0:31 / /tmp/a\040b rw - tmpfs none rw
24 21 0:32 / /home rw - ext4 none rw
25 21 0:33 / /home rw,noexec - ext4 none rw
`

test.each([
  ["/tmp/x/y", "/tmp"],
  ["/tmp", "/tmp"],
  ["/tmpx/y", undefined],
  ["/tmp/a b/y", undefined],
  ["/home/a", "/home"],
  ["/usr/a", undefined],
])("the mount that holds %s and is noexec: %s", (file, mount) => {
  expect(findNoexec(file, MOUNTS)).toBe(mount)
})
