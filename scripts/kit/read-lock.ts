import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { nearest } from "../lib/nearest.ts"
import type { NamedPackage } from "../lib/npm/pinned.ts"
import { findTarget, type Target } from "../upstream/target.ts"

/** Not in a kit unless asked for: its licence forbids to hand it on (LICENSE.txt, 5c). */
export const INTELEPHENSE = "intelephense"

/** A package of the kit as the lockfile has it. */
export interface KitPackage extends NamedPackage {
  /** Where it goes, below the kit's folder: `node_modules/a/node_modules/b`. */
  path: string
}

const names = z.record(z.string(), z.string()).default({})
const entry = z.object({
  /** When the folder's name is not the package's. */
  name: z.string().optional(),
  version: z.string(),
  integrity: z.string().regex(/^sha512-/, "must be a sha512"),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).default({}),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
})
type Entry = z.infer<typeof entry>

const lockfile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.object({ "": z.object({ dependencies: names }) }).catchall(z.unknown()),
})

/** Which of the programs, by the names of their packages in kit/package.json, are wanted, and for which target. */
export interface Choice {
  /** As in the pin. */
  target: string
  without: string[]
  withIntelephense: boolean
}

/**
 * Reads the kit's lockfile.
 * @param folder the folder that holds `package-lock.json`
 * @returns `direct`, the packages whose programs are wanted, and `packages`, these and all that they need there; both sorted
 * @throws Failure when the lockfile does not hold what is wanted, or a name of the choice, or its target, is unknown
 */
export async function readLock(folder: string, choice: Choice) {
  const file = join(folder, "package-lock.json")
  const { packages } = parse(lockfile, JSON.parse(await readFile(file, "utf8")), file)
  const all = Object.keys(packages[""].dependencies)
  const unknown = choice.without.find((name) => !all.includes(name))
  if (unknown) throw unknownName(unknown, all)
  const unwanted = [...choice.without, ...(choice.withIntelephense ? [] : [INTELEPHENSE])]
  const direct = all.filter((name) => !unwanted.includes(name)).sort()
  const read = (path: string) => {
    const value = packages[path]
    return value === undefined ? undefined : parse(entry, value, `${file}, ${path}`)
  }
  const target = findTarget(choice.target)
  const needed = closure(direct, read, (locked) => fits(locked, target))
  return { direct, packages: needed.sort((a, b) => (a.path < b.path ? -1 : 1)) }
}

/** All that is reached from the named packages, as Node would find it. */
function closure(
  direct: string[],
  read: (path: string) => Entry | undefined,
  isWanted: (locked: Entry) => boolean,
): KitPackage[] {
  const found = new Map<string, KitPackage>()
  const waiting = direct.map((name) => ({ name, from: "", optional: false }))
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const path = places(next.name, next.from).find((place) => read(place))
    const locked = path && read(path)
    if (!path || !locked) {
      if (next.optional) continue
      throw new Failure({
        what: `kit/package-lock.json has no ${next.name}`,
        why: `${next.from || "kit/package.json"} needs it`,
        next: "git checkout -- kit, or make it again as docs/kit.md says",
      })
    }
    if (found.has(path) || !isWanted(locked)) continue
    found.set(path, {
      path,
      name: locked.name ?? next.name,
      version: locked.version,
      integrity: locked.integrity,
    })
    for (const [name, optional] of needs(locked)) waiting.push({ name, from: path, optional })
  }
  return [...found.values()]
}

function needs(locked: Entry): [name: string, optional: boolean][] {
  const peers = Object.keys(locked.peerDependencies).filter(
    (name) => !locked.peerDependenciesMeta[name]?.optional,
  )
  return [
    ...[...Object.keys(locked.dependencies), ...peers].map((name): [string, boolean] => [name, false]),
    ...Object.keys(locked.optionalDependencies).map((name): [string, boolean] => [name, true]),
  ]
}

/** Where Node looks for a package that one at `from` asks for, nearest first. */
function places(name: string, from: string): string[] {
  const parts = from === "" ? [] : from.split("/node_modules/")
  return [...parts.keys(), parts.length]
    .reverse()
    .map((count) => [...parts.slice(0, count), ""].join("/node_modules/"))
    .map((prefix) => `${prefix.replace(/^\//, "") || "node_modules/"}${name}`)
}

/** As npm has it, which calls systems and processors as Node does. */
function fits(locked: Entry, { os, arch, libc }: Target): boolean {
  const system = os === "windows" ? "win32" : os
  const fitsLibrary = libc === undefined || allows(locked.libc, libc)
  return allows(locked.os, system) && allows(locked.cpu, arch) && fitsLibrary
}

function allows(list: string[] | undefined, value: string): boolean {
  if (!list) return true
  return list.every((item) => item.startsWith("!")) ? !list.includes(`!${value}`) : list.includes(value)
}

function parse<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Failure({
    what: `${where} is not what the kit can be made from`,
    why: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
    next: "git checkout -- kit, or make it again as docs/kit.md says",
  })
}

function unknownName(name: string, all: string[]): Failure {
  return new Failure({
    what: `The kit has no ${name} that could be left out`,
    why: `it has ${all.join(", ")}`,
    next: `npm run kit -- --without ${nearest(name, all) ?? all[0]}`,
  })
}
