import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { z } from "zod"
import { Failure } from "../errors.ts"
import { run } from "../process.ts"
import { type LockedTree, lockedTree } from "./locked.ts"

/** What npm writes about a package into package-lock.json, as far as it is read. */
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      name: z.string().optional(),
      version: z.string().optional(),
      integrity: z.string().optional(),
      license: z.string().optional(),
      os: z.array(z.string()).optional(),
      cpu: z.array(z.string()).optional(),
    }),
  ),
})

/**
 * Has npm find out what a package needs, with the settings that npm has in this folder. Nothing is unpacked, and no
 * script is run. `provides` names what can be imported, the package itself first. Packages for one platform only are left out: native code cannot be put inside.
 * @param options `withPeers`: also what it leaves to whoever imports it
 * @throws Failure when npm cannot, or has no sha512 of one
 */
export async function resolveTree(
  name: string,
  version: string,
  { provides = [name], withPeers = true }: { provides?: string[]; withPeers?: boolean } = {},
): Promise<LockedTree> {
  const folder = await mkdtemp(join(tmpdir(), "pin-extra-"))
  try {
    await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }))
    await copyFile(".npmrc", join(folder, ".npmrc")).catch(() => {})
    await runNpm(folder, `${name}@${version}`, withPeers)
    const lock = Lock.parse(JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8")))
    return toTree(provides, lock)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runNpm(folder: string, spec: string, withPeers: boolean): Promise<void> {
  const words = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", spec]
  if (!withPeers) words.push("--legacy-peer-deps")
  const { exitCode, all } = await run("npm", words, { cwd: folder, env: process.env, all: true })
  if (exitCode === 0) return
  throw new Failure({
    what: `npm cannot say what ${spec} needs`,
    why: String(all).trim() || "npm is not in PATH",
    next: `npm view ${spec}`,
  })
}

function toTree(provides: string[], { packages }: z.infer<typeof Lock>): LockedTree {
  const wanted = Object.entries(packages).filter(([folder, { os, cpu }]) => folder !== "" && !os && !cpu)
  const entries = wanted.map(([folder, { name: alias, version, integrity, license }]) => [
    folder,
    { ...(alias && { name: alias }), version, integrity, license: license ?? "not stated" },
  ])
  const parsed = lockedTree.safeParse({ provides, packages: Object.fromEntries(entries) })
  if (parsed.success) return parsed.data
  throw new Failure({
    what: `${provides[0]} cannot be pinned`,
    why: z.prettifyError(parsed.error),
    next: "leave it out, and put it on the machine's disk: see docs/plugins.md",
  })
}
