import { z } from "zod"
import { integrity, version } from "./locked.ts"

const names = z.record(z.string(), z.string()).default({})

/** A package in this project's own lockfile, as far as it is read here. */
const locked = z.looseObject({
  version,
  integrity,
  license: z.string().min(1),
  hasInstallScript: z.boolean().default(false),
  optional: z.boolean().default(false),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
})

const lockfile = z.object({
  lockfileVersion: z.literal(3),
  packages: z
    .object({ "": z.object({ devDependencies: names, optionalDependencies: names }) })
    .catchall(z.unknown()),
})

/** A package that `npm ci` installs. */
export interface OwnDependency {
  name: string
  version: string
  license: string
  hasInstallScript: boolean
  /** Whether `npm ci --omit=optional` leaves it out. */
  optional: boolean
  /** The system and processor that it is for; undefined for all. */
  platform: string | undefined
  /** The packages of package.json that it is there for; itself, when it stands there. */
  neededBy: string[]
}

/**
 * What this project's lockfile has npm install, sorted by name and version.
 * @throws ZodError for a lockfile of another form, or a package in it that has no version, hash or licence
 */
export function readOwnDependencies(text: string): OwnDependency[] {
  const { packages } = lockfile.parse(JSON.parse(text))
  const { devDependencies, optionalDependencies } = packages[""]
  const all = new Map(
    Object.entries(packages).flatMap(([path, value]) =>
      path === "" ? [] : [[path, locked.parse(value)] as const],
    ),
  )
  const direct = Object.keys({ ...devDependencies, ...optionalDependencies }).sort()
  const reached = new Map(direct.map((name) => [name, reach(name, all)]))
  return [...all]
    .map(([path, { version, license, hasInstallScript, optional, os, cpu }]) => ({
      name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      ...{ version, license, hasInstallScript, optional },
      platform: os || cpu ? [os?.join(", "), cpu?.join(", ")].filter(Boolean).join(" ") : undefined,
      neededBy:
        path === `node_modules/${direct.find((name) => path === `node_modules/${name}`)}`
          ? [path.slice("node_modules/".length)]
          : direct.filter((name) => reached.get(name)!.has(path)),
    }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version))
}

type Locked = z.infer<typeof locked>

/** The folders of all that a package of package.json needs, as Node finds it. */
function reach(name: string, all: Map<string, Locked>): Set<string> {
  const found = new Set<string>()
  const waiting = [{ name, from: "" }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const path = find(next.name, next.from, all)
    if (path === undefined || found.has(path)) continue
    found.add(path)
    const { dependencies, optionalDependencies, peerDependencies } = all.get(path)!
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      waiting.push({ name: needed, from: path })
  }
  return found
}

function find(name: string, from: string, all: Map<string, Locked>): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = `${folder ? `${folder}/` : ""}node_modules/${name}`
    if (all.has(path)) return path
    if (folder === "") return undefined
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** How many packages of package.json a row names. */
const NAMED = 3

/**
 * The tables of docs/dependencies.md.
 * @param why what each package of package.json is for
 */
export function printOwnDependencies(all: OwnDependency[], why: Record<string, string>): string {
  const direct = all.filter(isDirect)
  const others = all.filter((one) => !isDirect(one) && one.platform === undefined)
  const parts = all.filter((one) => !isDirect(one) && one.platform !== undefined)
  const scripts = all.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name)
  return [
    `${direct.length} packages of package.json, ${others.length} that these need, and ${parts.length} parts for one platform each, of which npm installs those of the machine. Install scripts have: ${scripts.join(", ")}.`,
    "### What package.json names",
    table(
      "| package | version | licence | install script | left out by `--omit=optional` | why |",
      direct,
      (one) => [...cells(one), one.optional ? "yes" : "no", why[one.name] ?? ""],
    ),
    "### What these need",
    table(
      "| package | version | licence | install script | left out by `--omit=optional` | for |",
      others,
      (one) => [...cells(one), one.optional ? "yes" : "no", list(one.neededBy)],
    ),
    "### Parts for one platform",
    table("| package | version | licence | install script | system, processor | for |", parts, (one) => [
      ...cells(one),
      one.platform!,
      list(one.neededBy),
    ]),
  ].join("\n\n")
}

function isDirect({ name, neededBy }: OwnDependency): boolean {
  return neededBy.length === 1 && neededBy[0] === name
}

function cells({ name, version, license, hasInstallScript }: OwnDependency): string[] {
  return [name, version, license, hasInstallScript ? "yes" : "no"]
}

function list(neededBy: string[]): string {
  const more = neededBy.length - NAMED
  return `${neededBy.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`
}

function table(head: string, rows: OwnDependency[], print: (one: OwnDependency) => string[]): string {
  const line = head.replace(/[^|]+/g, "---")
  return [head, line, ...rows.map((row) => `| ${print(row).join(" | ")} |`)].join("\n")
}
