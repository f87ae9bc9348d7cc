import {
  type BigIntStats,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs"
import path from "node:path"
import { candidateFolders, privateFolder } from "./assets/folder.ts"
import type { LoggedAttempt } from "./denial-log.ts"
import { embedded } from "./embedded.ts"
import { builtin } from "./guard/builtin.ts"
import { readSmallFile } from "./read-file.ts"

/** What is the same in all lines of a log that this thread writes. */
export type Facts = Pick<
  LoggedAttempt,
  "machine" | "user" | "project" | "pid" | "thread" | "version" | "sha256"
>

/** Found out with the first line: most processes write none. */
export function findFacts(project: string): Facts {
  const { hostname } = builtin<typeof import("node:os")>("node:os")
  const { threadId } = builtin<typeof import("node:worker_threads")>("node:worker_threads")
  return {
    machine: hostname(),
    user: findUser(),
    project,
    pid: process.pid,
    thread: threadId,
    version: embedded.version ?? null,
    sha256: findHash() ?? null,
  }
}

/** By the number that the kernel has: the name in the environment is the user's to choose. */
function findUser(): string {
  const uid = process.getuid?.()
  if (uid === undefined) return builtin<typeof import("node:os")>("node:os").userInfo().username
  const line = users()
    .split("\n")
    .map((text) => text.split(":"))
    .find(([, , number]) => number === String(uid))
  return line?.[0] ?? `uid ${uid}`
}

function users(): string {
  try {
    return readSmallFile("/etc/passwd") ?? ""
  } catch {
    return ""
  }
}

/**
 * The sha256 of this executable. It cannot be in the file itself, and takes as long as a start does, so it is kept in the
 * user's cache for the next process.
 */
function findHash(): string | undefined {
  try {
    // The file that runs, also when another one has its name by now.
    const descriptor = openSync(process.platform === "linux" ? "/proc/self/exe" : process.execPath, "r")
    try {
      let found: string | undefined
      return kept(cacheName(fstatSync(descriptor, { bigint: true })), () => (found ??= hash(descriptor)))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}

/** Another file, and another state of the same, has another name. */
function cacheName({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `sha256-${[dev, ino, size, mtimeNs, ctimeNs].join("-")}`
}

/** What an earlier process kept in the first of the folders that can be used, or what is found and kept there now. */
function kept(name: string, find: () => string): string {
  for (const folder of candidateFolders(process.env)) {
    const file = path.join(folder, name)
    try {
      privateFolder(folder)
      const known = existsSync(file) ? readFileSync(file, "utf8") : ""
      if (/^[0-9a-f]{64}$/.test(known)) return known
      const found = find()
      writeFileSync(`${file}.${process.pid}`, found, { mode: 0o600 })
      renameSync(`${file}.${process.pid}`, file)
      return found
    } catch {}
  }
  return find()
}

function hash(descriptor: number): string {
  const { createHash } = builtin<typeof import("node:crypto")>("node:crypto")
  const sum = createHash("sha256")
  const bytes = Buffer.alloc(1024 * 1024)
  for (let length = -1; length !== 0; ) {
    length = readSync(descriptor, bytes, 0, bytes.length, null)
    sum.update(bytes.subarray(0, length))
  }
  return sum.digest("hex")
}
