import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { readModuleGraph } from "../container/index.ts"
import { GIT_OFFLINE_MODULE, OFFLINE_MODULE } from "../contents/offline-module.ts"
import { Failure } from "../lib/errors.ts"
import { acquireFile } from "../lib/npm/acquire.ts"
import { readPin } from "../pins/pin.ts"
import type { AuditOptions } from "./read-options.ts"
import type { Variant } from "./scenario.ts"

const PIN = "1.3.0"
const TARGET = "linux-x64"
const LAST_BUILD = `dist/${PIN}-${TARGET}/opencode`

/** By which an executable of either source is known. */
const OFFLINE_MODULES = [OFFLINE_MODULE, GIT_OFFLINE_MODULE]

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
}

/** Finds what is to be audited. Throws a Failure for what is not there. */
export async function findSubjects({ command, files, cache, variant }: AuditOptions): Promise<Subject[]> {
  const stock = (await readPin(PIN)).targets[TARGET]!.opencode
  if (command && command[0] !== "opencode") {
    if (files.length > 0) throw twoPrograms(command[0]!)
    return withIds([
      await readSubject(findProgram(command[0]!), stock.executable.sha512, variant ?? "offline"),
    ])
  }
  const found = files.map((file) => resolve(file))
  if (files.length === 0) found.push(await acquireFile(stock, { cache }), resolve(LAST_BUILD))
  const subjects: Unnamed[] = []
  // One after the other: each is read whole.
  for (const file of found) subjects.push(await readSubject(file, stock.executable.sha512, variant))
  return withIds(subjects)
}

/** The path of upstream's release that the pin names, which comes from npm when it is not in the cache. */
export async function acquireStock(cache: string): Promise<string> {
  return acquireFile((await readPin(PIN)).targets[TARGET]!.opencode, { cache })
}

type Unnamed = Omit<Subject, "id">

async function readSubject(file: string, stockHash: string, variant?: Variant): Promise<Unnamed> {
  const bytes = await readFile(file).catch((error) => {
    throw notThere(file, error)
  })
  const hash = (name: string) => createHash(name).update(bytes).digest("hex")
  return {
    file,
    variant: variant ?? (hasOfflineModule(bytes) ? "offline" : "stock"),
    bytes: bytes.length,
    sha256: hash("sha256"),
    isPinnedStock: hash("sha512") === stockHash,
  }
}

function hasOfflineModule(bytes: Uint8Array): boolean {
  try {
    return readModuleGraph(bytes).modules.some(({ name }) => OFFLINE_MODULES.includes(name))
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
  const next =
    file === resolve(LAST_BUILD) ? "npm run build" : "npm run audit -- FILE with an executable's path"
  return new Failure({ what: `${file} cannot be audited`, why: error.message, next }, { cause: error })
}

function twoPrograms(name: string): Failure {
  return new Failure({
    what: `${name} cannot be run with the executables that were given`,
    why: "behind -- only the word `opencode` stands for them; another program is audited itself",
    next: "npm run audit -- FILE -- opencode ARGS, or without FILE",
  })
}
