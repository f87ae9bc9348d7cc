import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { plainRelease } from "../build/fresh-release.ts"
import { readModuleGraph } from "../container/index.ts"
import { namesIn } from "../contents/names.ts"
import { Failure } from "../lib/errors.ts"
import { acquireFile } from "../lib/npm/acquire.ts"
import { pinnedTarget, readPin } from "../pins/pin.ts"
import { type BuildRecord, readBuildRecord } from "../record/build-record.ts"
import { hostTarget } from "../upstream/target.ts"
import type { AuditOptions } from "./read-options.ts"
import type { Variant } from "./scenario.ts"

/** An executable that is audited. */
export interface Subject {
  /** Names it in the report: `offline`, `stock`, `offline-2`. */
  id: string
  /** Absolute. */
  file: string
  variant: Variant
  bytes: number
  sha256: string
  /** Whether it is upstream's release that the pin names, of which it is known what it tries. */
  isPinnedStock: boolean
  /** The patches that it was built without, as the build record beside it says; none when there is no record of it. */
  leftOut: string[]
  /** The policy that it was built with, for people, as that record says. */
  policy?: string
}

/** Finds what is to be audited. Throws a Failure for what is not there. */
export async function findSubjects({
  pin,
  command,
  files,
  cache,
  variant,
}: AuditOptions): Promise<Subject[]> {
  const stock = pinnedTarget(await readPin(pin), hostTarget().name).opencode
  if (command && command[0] !== "opencode") {
    if (files.length > 0) throw twoPrograms(command[0]!)
    return withIds([
      await readSubject(findProgram(command[0]!), stock.executable.sha512, variant ?? "offline"),
    ])
  }
  const found = files.map((file) => resolve(file))
  if (files.length === 0)
    found.push(await acquireFile(stock, { cache }), (await plainRelease(pin)).executable)
  const subjects: Unnamed[] = []
  // One after the other: each is read whole.
  for (const file of found) subjects.push(await readSubject(file, stock.executable.sha512, variant))
  return withIds(subjects)
}

type Unnamed = Omit<Subject, "id">

async function readSubject(file: string, stockHash: string, variant?: Variant): Promise<Unnamed> {
  const bytes = await readFile(file).catch((error) => {
    throw notThere(file, error)
  })
  const hash = (name: string) => createHash(name).update(bytes).digest("hex")
  const sha256 = hash("sha256")
  return {
    file,
    variant: variant ?? (hasOfflineModule(bytes) ? "offline" : "stock"),
    bytes: bytes.length,
    sha256,
    isPinnedStock: hash("sha512") === stockHash,
    ...(await readOwnRecord(file, sha256)),
  }
}

/** A record of another file, or of another form, says nothing of this one. */
async function readOwnRecord(file: string, sha256: string): Promise<Pick<Subject, "leftOut" | "policy">> {
  const record = await readBuildRecord(join(dirname(file), "build.json")).catch((error) => {
    if (error instanceof Failure) return undefined
    throw error
  })
  if (record?.executable.sha256 !== sha256) return { leftOut: [] }
  return { leftOut: record.leftOut.map(({ name }) => name), policy: describePolicy(record.policy) }
}

function describePolicy(policy: BuildRecord["policy"]): string {
  if (!policy) return "none built in, so nothing but loopback"
  const { mode, allow, locked } = policy
  return `${mode}, allows ${allow.join(", ") || "nothing"} and loopback${locked ? ", locked" : ""}`
}

function hasOfflineModule(bytes: Uint8Array): boolean {
  try {
    const graph = readModuleGraph(bytes)
    // Either shows that an executable is ours.
    const { index, gitIndex } = namesIn(graph)
    return graph.modules.some(({ name }) => name === index || name === gitIndex)
  } catch (error) {
    // Any executable can be audited, so one without a module graph is as good as another.
    if (error instanceof Failure) return false
    throw error
  }
}

function findProgram(name: string): string {
  const found = Bun.which(name)
  if (found) return found
  throw new Failure({
    what: `There is no program ${name}`,
    why: "it is neither in PATH nor a path of an executable file",
    next: "give its path behind --, or `opencode` for the executables that are audited",
  })
}

function withIds(subjects: Unnamed[]): Subject[] {
  return subjects.map((subject, index) => {
    const before = subjects.slice(0, index).filter(({ variant }) => variant === subject.variant).length
    return { id: before === 0 ? subject.variant : `${subject.variant}-${before + 1}`, ...subject }
  })
}

function notThere(file: string, error: Error): Failure {
  const next = "npm run build, with the same --pin; or npm run audit -- FILE with an executable's path"
  return new Failure({ what: `${file} cannot be audited`, why: error.message, next }, { cause: error })
}

function twoPrograms(name: string): Failure {
  return new Failure({
    what: `${name} cannot be run with the executables that were given`,
    why: "behind -- only the word `opencode` stands for them; another program is audited itself",
    next: "npm run audit -- FILE -- opencode ARGS, or without FILE",
  })
}
