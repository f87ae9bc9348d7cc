import { noFTL } from "bun:jsc"
import { contains } from "../policy/address.ts"
import { hostOfIPv4, isLoopback } from "../policy/host.ts"
import { isNamed } from "../policy.ts"
import { Channel, putId, readFrom, transfer } from "./channel.ts"
import { Loop } from "./loop.ts"
import { hostOfBytes, Reach } from "./reach.ts"
import {
  BrokeredSockets,
  DirectSockets,
  fileFlags,
  option,
  readLink,
  readProc,
  setFileFlags,
} from "./sockets.ts"
import { MADV_DONTNEED, Memory, syscall } from "./syscalls.ts"
import { copyAddress, familyAtAddress, placeAtAddress } from "./tree.ts"

/** A mapping, in /proc/PID/smaps: where, what may be done with it, its file, and what is no longer the file's. */
const MAPPING =
  /^([0-9a-f]+)-([0-9a-f]+) r-[-x]p \S+ \S+ \d+ +(\/.*)$(?:\n(?![0-9a-f]+-).*)*?\nAnonymous: +0 kB$/gm

/**
 * Gives back the pages of the executable that have been used so far, which is mostly what a start needs. What is needed again
 * comes from the kernel's cache of the file. Only mappings that cannot be written and hold nothing but the file are given back.
 */
export function giveBackExecutable(): void {
  const executable = readLink("/proc/self/exe")
  for (const [, from = "", to = "", file] of readProc("/proc/self/smaps").matchAll(MAPPING)) {
    if (file !== executable) continue
    const start = Number.parseInt(from, 16)
    syscall("madvise", start, Number.parseInt(to, 16) - start, MADV_DONTNEED)
  }
}

type Compiled = (...args: never[]) => unknown

/** What each question runs through. */
const OFTEN: readonly Compiled[] = [
  ...[Loop, Channel, DirectSockets, BrokeredSockets, Reach, Memory].flatMap(methodsOf),
  ...[syscall, readFrom, option, fileFlags, setFileFlags, copyAddress, familyAtAddress, placeAtAddress],
  ...[hostOfBytes, hostOfIPv4, isLoopback, isNamed, contains, putId, transfer],
]

/**
 * Keeps the runtime from compiling those, and what each question runs through, by its last compiler: that takes some 8 MB,
 * and they wait for the kernel most of the time.
 */
export function compileLess(functions: readonly Compiled[]): void {
  for (const one of [...OFTEN, ...functions]) noFTL(one)
}

function methodsOf({ prototype }: { prototype: object }): Compiled[] {
  const found = Object.getOwnPropertyDescriptors(prototype) as Record<string, PropertyDescriptor>
  return Object.entries(found).flatMap(([name, { value }]) =>
    name === "constructor" ? [] : [value as Compiled],
  )
}
