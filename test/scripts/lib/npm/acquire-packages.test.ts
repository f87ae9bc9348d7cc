import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../../../../scripts/lib/errors.ts"
import { acquireAll, acquireFile, acquireGroups } from "../../../../scripts/lib/npm/acquire.ts"
import { defaultCache } from "../../../../scripts/lib/npm/cache.ts"
import { run } from "../../../../scripts/lib/process.ts"
import { failureOf, makeNpmHome, type NpmHome } from "../../../lib/npm-home.ts"
import {
  type Mode,
  makePackage,
  type Registry,
  startRegistry,
  type TestPackage,
} from "../../../lib/registry.ts"

const contents = randomBytes(1_500_000)
const tool = await makePackage("@acme/tool", contents)

let registry: Registry
let home: NpmHome

beforeEach(async () => {
  registry = await startRegistry([tool])
  home = await makeNpmHome()
  await home.npmrc(`registry=${registry.url}`)
})
afterEach(async () => {
  await registry.close()
  await home.remove()
})

describe("acquiring", () => {
  test("gives the file from inside the package, whole and executable", async () => {
    const path = await acquireFile(tool.pinned, home.options)
    expect(path).toBe(join(home.options.cache, "files", tool.pinned.executable.sha512, "tool"))
    expect(Buffer.compare(await readFile(path), contents)).toBe(0)
    expect((await stat(path)).mode & 0o111).not.toBe(0)
    expect(registry.requests).toHaveLength(2)
  })

  test("leaves nothing temporary behind, and removes what killed builds left an hour ago", async () => {
    const leftover = join(home.options.cache, "tmp", "killed")
    await mkdir(leftover, { recursive: true })
    const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000)
    await utimes(leftover, longAgo, longAgo)
    await mkdir(join(home.options.cache, "tmp", "running"))
    await acquireFile(tool.pinned, home.options)
    expect(await readdir(join(home.options.cache, "tmp"))).toEqual(["running"])
  })

  test("asks the network for nothing when the file is there, even with the registry gone", async () => {
    const path = await acquireFile(tool.pinned, home.options)
    registry.requests.length = 0
    expect(await acquireFile(tool.pinned, home.options)).toBe(path)
    expect(registry.requests).toEqual([])
    await registry.close()
    expect(await acquireFile(tool.pinned, home.options)).toBe(path)
  })

  test("needs no right to write when the file is there", async () => {
    const path = await acquireFile(tool.pinned, home.options)
    const before = await listTree(home.options.cache)
    expect(await acquireFile(tool.pinned, home.options)).toBe(path)
    expect(await listTree(home.options.cache)).toEqual(before)
  })

  test("reports what it has downloaded", async () => {
    const reports: string[] = []
    await acquireFile(tool.pinned, { ...home.options, onProgress: (text) => reports.push(text) })
    expect(reports.at(-1)).toBe("@acme/tool@1.0.0, 1.5 MB")
  })

  test("of the same file by two processes at once gives both of them the file", async () => {
    registry.onSlice = () => Bun.sleep(5)
    const results = await Promise.all([1, 2].map(() => acquireInChild(tool, home)))
    for (const { exitCode, stdout } of results) {
      expect(exitCode).toBe(0)
      expect(Buffer.compare(await readFile(stdout.trim()), contents)).toBe(0)
    }
  })
})

describe("a damaged cache", () => {
  const damages: [title: string, damage: (path: string) => Promise<void>][] = [
    ["one byte changed", (path) => overwrite(path, 700_000)],
    ["cut short", async (path) => writeFile(path, contents.subarray(0, 1000))],
    ["empty", (path) => writeFile(path, "")],
    ["removed", (path) => rm(path)],
  ]
  for (const [title, damage] of damages) {
    test(`is repaired without the network from the tarball in it: the file ${title}`, async () => {
      const path = await acquireFile(tool.pinned, home.options)
      await damage(path)
      registry.requests.length = 0
      expect(await acquireFile(tool.pinned, home.options)).toBe(path)
      expect(Buffer.compare(await readFile(path), contents)).toBe(0)
      expect(registry.requests).toEqual([])
    })
  }

  test("is repaired from the registry when the tarball in it is damaged too", async () => {
    const path = await acquireFile(tool.pinned, home.options)
    await overwrite(path, 10)
    await overwrite(await findTarball(home), 500_000)
    registry.requests.length = 0
    await acquireFile(tool.pinned, home.options)
    expect(Buffer.compare(await readFile(path), contents)).toBe(0)
    expect(registry.requests.length).toBeGreaterThan(0)
  })

  test("that cannot be repaired is a failure, and the damaged file is not given", async () => {
    const path = await acquireFile(tool.pinned, home.options)
    await overwrite(path, 10)
    await overwrite(await findTarball(home), 500_000)
    await registry.close()
    expect((await failureOf(tool, home)).report.what).toContain("cannot be reached")
  })

  test("gets the mode back that an archive did not keep", async () => {
    const path = await acquireFile(tool.pinned, home.options)
    await chmod(path, 0o644)
    await acquireFile(tool.pinned, home.options)
    expect((await stat(path)).mode & 0o111).not.toBe(0)
  })
})

describe("a registry that fails", () => {
  const unreachable = "The npm registry cannot be reached"
  const missing = "is not in the npm registry"
  const login = "for want of a login"
  const hash = "The hash of @acme/tool@1.0.0 differs from the pin"
  const cases: [mode: Mode, what: string, why: string, next: string][] = [
    ["reset", unreachable, "broke the connection off (ECONNRESET", "npm config get registry @acme:registry"],
    ["hang", unreachable, "does not answer in time", "npm ping"],
    ["hang in the tarball", unreachable, "does not answer in time (EIDLETIMEOUT", "npm ping"],
    ["cut the tarball", unreachable, "broke the connection off", "npm ping"],
    ["too busy", unreachable, "answers that it does not work now (E503", "npm ping"],
    ["web page", "What answers is not an npm registry", "invalid json", "npm config get registry"],
    ["no package", missing, "has no such package (E404)", "npm view @acme/tool@1.0.0"],
    ["no version", missing, "not this version (ETARGET)", "mirrored"],
    ["login", login, "answers 401", "npm login --scope=@acme"],
    ["forbidden", login, "answers 403", "_authToken"],
    ["other hash in the metadata", hash, `pinned: ${tool.pinned.integrity}`, "do not build from it"],
    ["other tarball", hash, `pinned: ${tool.pinned.integrity}`, "do not build from it"],
  ]
  for (const [mode, what, why, next] of cases) {
    test(`is told apart, and nothing of it is used: ${mode}`, async () => {
      if (mode.startsWith("hang")) await home.npmrc(`registry=${registry.url}`, "fetch-timeout=500")
      registry.mode = mode
      const { report } = await failureOf(tool, home)
      expect(report.what).toContain(what)
      expect(report.why).toContain(why)
      expect(report.next).toContain(next)
      expect(await readdir(join(home.options.cache, "files")).catch(() => [])).toEqual([])
      registry.mode = "serve"
      await acquireFile(tool.pinned, home.options)
    })
  }

  test("shows the hash that it gave next to the pinned one", async () => {
    for (const mode of ["other hash in the metadata", "other tarball"] as const) {
      registry.mode = mode
      const hashes = (await failureOf(tool, home)).report.why.match(/sha512-[A-Za-z0-9+/]{86}==/g)!
      expect(hashes).toHaveLength(2)
      expect(hashes[0]).not.toBe(hashes[1])
    }
  })

  test("is told apart when nothing listens there, and when its name does not resolve", async () => {
    await registry.close()
    expect((await failureOf(tool, home)).report.why).toContain("refuses connections (ECONNREFUSED")
    await home.npmrc("registry=http://registry.invalid/")
    const { what, why } = (await failureOf(tool, home)).report
    expect(what).toContain(unreachable)
    expect(why).toMatch(/http:\/\/registry.invalid\/ is a name that (does|did) not resolve/)
  })

  test("is tried again as often as npm's settings say", async () => {
    await home.npmrc(`registry=${registry.url}`, "fetch-retries=2", "fetch-retry-mintimeout=1")
    registry.mode = "too busy"
    const reports: string[] = []
    const { report } = await failureOf(tool, home, (text) => reports.push(text))
    expect(report.what).toContain(unreachable)
    expect(registry.requests).toHaveLength(3)
    expect(reports.join("\n")).toContain("attempt 2 failed with 503")
  })
})

describe("a pin that contradicts itself", () => {
  test("by the hash of the file is a failure that shows both", async () => {
    const executable = { ...tool.pinned.executable, sha512: "0".repeat(128) }
    const { what, why } = (await failureOf({ ...tool, pinned: { ...tool.pinned, executable } }, home)).report
    expect(what).toContain("bin/tool in @acme/tool@1.0.0 differs from the pin")
    expect(why).toContain("0".repeat(128))
    expect(why).toContain(tool.pinned.executable.sha512)
  })

  test("by the name or the length of the file is a failure that says so", async () => {
    const named = { ...tool.pinned.executable, path: "bin/other" }
    const failure = await failureOf({ ...tool, pinned: { ...tool.pinned, executable: named } }, home)
    expect(failure.report.why).toContain("no file bin/other")
    const shorter = { ...tool.pinned.executable, bytes: 1000 }
    const tooLong = await failureOf({ ...tool, pinned: { ...tool.pinned, executable: shorter } }, home)
    expect(tooLong.report.why).toContain(`(${contents.length} bytes)`)
  })
})

describe("a cache that cannot be used", () => {
  test("as it is no folder is a failure that names it", async () => {
    await writeFile(home.options.cache, "")
    const { what, next } = (await failureOf(tool, home)).report
    expect(what).toContain(`The cache ${home.options.cache} cannot be used`)
    expect(next).toContain("--cache FOLDER")
  })

  test("as the disk is full is a failure that says so, and leaves no file", async () => {
    const { exitCode, stdout } = await acquireInChild(tool, home, [
      "unshare",
      "--user",
      "--map-root-user",
      "--mount",
      "sh",
      "-c",
      'mkdir "$0" && mount -t tmpfs -o size=1m tmpfs "$0" && "$@"; code=$?; ls "$0/files" 2>/dev/null; exit $code',
      home.options.cache,
    ])
    expect(stdout).toContain(`The disk of the cache ${home.options.cache} is full`)
    expect(stdout).not.toContain(tool.pinned.executable.sha512)
    expect(exitCode).toBe(2)
  })
})

describe("acquiring several", () => {
  test("gives them in the order asked for, each fetched once", async () => {
    const other = await makePackage("other", randomBytes(1000), "bin/other")
    const both = await startRegistry([tool, other])
    await home.npmrc(`registry=${both.url}`)
    const paths = await acquireAll([other.pinned, tool.pinned, other.pinned], home.options)
    expect(paths.map((path) => path.split("/").at(-1))).toEqual(["other", "tool", "other"])
    expect(both.requests).toHaveLength(4)
    await both.close()
  })

  test("ends the other downloads at the first failure, and throws that one", async () => {
    const gone = await makePackage("gone", randomBytes(1000))
    // What hangs does not end by itself.
    await home.npmrc(`registry=${registry.url}\nfetch-timeout=3600000`)
    registry.mode = "hang in the tarball"
    const groups = acquireGroups({ one: [tool.pinned], other: [gone.pinned] }, home.options)
    for (const group of Object.values(groups)) {
      const error = await group.catch((thrown) => thrown)
      expect(error).toBeInstanceOf(Failure)
      expect(error.report.what).toContain("gone@1.0.0 is not in the npm registry")
    }
  })

  test("gives a group its files while another one's are still on their way", async () => {
    const slow = await makePackage("slow", randomBytes(1000))
    const both = await startRegistry([tool, slow])
    await home.npmrc(`registry=${both.url}\nfetch-timeout=3600000`)
    const path = await acquireFile(tool.pinned, home.options)
    both.mode = "hang in the tarball"
    const stop = new AbortController()
    const options = { ...home.options, signal: stop.signal }
    const { here, coming } = acquireGroups({ here: [tool.pinned], coming: [slow.pinned] }, options)
    expect(await here).toEqual([path])
    stop.abort()
    await expect(coming).rejects.toThrow("aborted")
    await both.close()
  })
})

test("the cache is in XDG_CACHE_HOME when that is an absolute path, else in the home", () => {
  expect(defaultCache({ XDG_CACHE_HOME: "/x", HOME: "/h" })).toBe("/x/opencode-offline")
  expect(defaultCache({ XDG_CACHE_HOME: "x", HOME: "/h" })).toBe("/h/.cache/opencode-offline")
  expect(defaultCache({ HOME: "/h" })).toBe("/h/.cache/opencode-offline")
})

function acquireInChild({ pinned }: TestPackage, { options }: NpmHome, before: string[] = []) {
  const child = join(import.meta.dirname, "../../../lib/acquire-child.ts")
  const [file, ...args] = [...before, process.execPath, child, JSON.stringify({ pinned, options })]
  return run(file!, args, { env: options.env, cwd: options.cwd })
}

async function overwrite(path: string, position: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[position]! ^= 1
  await writeFile(path, bytes)
}

async function findTarball({ options }: NpmHome): Promise<string> {
  const hex = Buffer.from(tool.pinned.integrity.slice("sha512-".length), "base64").toString("hex")
  const store = join(options.cache, "npm", "content-v2", "sha512")
  return join(store, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4))
}

async function listTree(folder: string): Promise<string[]> {
  const paths = (await readdir(folder, { recursive: true })).sort()
  return Promise.all(
    paths.map(
      async (path) =>
        `${path} ${(await stat(join(folder, path))).mtimeMs} ${(await stat(join(folder, path))).mode}`,
    ),
  )
}
