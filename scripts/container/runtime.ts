import { readChunks } from "../lib/read-chunks.ts"
import { sameBytes } from "./field-reader.ts"

export interface RuntimeComparison {
  equal: boolean
  /** Offset in bytes; where one of them is the start of the other, the shorter one's length. */
  firstDifference?: number
}

/**
 * Compares the runtime in front of a graph with a Bun executable, byte for byte. It is equal for the layout
 * "appended" when that Bun made the file; in the layout "elf-section" Bun changes its ELF headers, and it never is.
 * @param bun a path, which is read through a buffer of a megabyte, or the bytes
 * @throws the file system's error when the path cannot be read
 */
export async function compareRuntime(
  runtime: Uint8Array,
  bun: string | Uint8Array,
): Promise<RuntimeComparison> {
  if (typeof bun !== "string") return compareBytes(runtime, bun)
  let at = 0
  for await (const chunk of readChunks(bun)) {
    const { firstDifference } = compareBytes(runtime.subarray(at, at + chunk.length), chunk)
    if (firstDifference !== undefined) return { equal: false, firstDifference: at + firstDifference }
    at += chunk.length
  }
  return at === runtime.length ? { equal: true } : { equal: false, firstDifference: at }
}

/**
 * The version of the Bun that a runtime is, from the words by which its `bun install` names itself to a registry.
 * @returns undefined when they are not there, or say several versions
 */
export function readBunVersion(runtime: Uint8Array): string | undefined {
  const bytes = Buffer.from(runtime.buffer, runtime.byteOffset, runtime.byteLength)
  const versions = new Set<string>()
  for (let at = bytes.indexOf(USER_AGENT); at >= 0; at = bytes.indexOf(USER_AGENT, at + 1)) {
    const before = bytes.toString("latin1", Math.max(0, at - 40), at)
    versions.add(/bun\/(\d+\.\d+\.\d+(?:-[\w.]+)?)$/.exec(before)?.[1] ?? "")
  }
  const [version] = versions
  return versions.size === 1 && version ? version : undefined
}

const USER_AGENT = " npm/? node/v"

function compareBytes(a: Uint8Array, b: Uint8Array): RuntimeComparison {
  if (sameBytes(a, b)) return { equal: true }
  const shorter = Math.min(a.length, b.length)
  let at = 0
  while (at < shorter && a[at] === b[at]) at++
  return { equal: false, firstDifference: at }
}
