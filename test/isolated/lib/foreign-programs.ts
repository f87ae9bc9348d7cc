import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"
import { debianPackages, type Missing } from "../../lib/debian.ts"

// Programs that bring a resolver of their own, and so make other calls than those of this machine's C library.

export function isMissing(program: string | object): program is Missing {
  return typeof program === "object" && "missing" in program
}

/** @returns the path of a program that is written in Go, and prints what it fetches; or why there is none */
export async function goProgram(): Promise<string | Missing> {
  const files = await debianPackages("gron")
  return typeof files === "string" ? join(files, "usr/bin/gron") : files
}

/** A program with musl in it. */
export interface MuslProgram {
  path: string
  /** Whether its resolver looks by recvmsg who has answered, as that of 1.2.4 and later does. */
  receivesMessages: boolean
}

/**
 * Makes a static program with musl: it prints what becomes of a connection to each name and port that it is given.
 * @param folder where it is made
 * @returns why there is none: no Debian package, or no C compiler
 */
export async function muslProgram(folder: string): Promise<MuslProgram | Missing> {
  const files = await debianPackages("musl", "musl-dev")
  if (typeof files !== "string") return files
  const library = join(files, "usr/lib/x86_64-linux-musl")
  const headers = join(files, "usr/include/x86_64-linux-musl")
  const path = join(folder, "dial")
  const source = join(import.meta.dirname, "../../fixtures/kernel/dial.c")
  const made = await run(
    "gcc",
    [
      ...[
        "-static",
        "-no-pie",
        "-fno-stack-protector",
        "-nostdinc",
        "-isystem",
        headers,
        "-nostdlib",
        "-o",
        path,
      ],
      ...[join(library, "crt1.o"), source, join(library, "libc.a"), "-lgcc", "-lgcc_eh"],
    ],
    { all: true },
  )
  if (made.exitCode !== 0) return { missing: `no C compiler makes ${source}: ${made.all}` }
  const { all } = await run(join(files, "lib/x86_64-linux-musl/libc.so"), [], { all: true })
  const version = /^Version (\S+)$/m.exec(String(all))?.[1] ?? ""
  return { path, receivesMessages: Bun.semver.order(version, "1.2.4") >= 0 }
}
