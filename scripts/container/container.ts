import type { RandomAccess } from "../lib/random-access.ts"
import type { Piece } from "./pieces.ts"

/**
 * One way in which an executable holds the payload of a module graph. Each is one file of this folder, and `CONTAINERS`
 * in locate.ts lists them.
 */
export interface Container {
  /**
   * Finds the payload where that Bun would look for it.
   * @returns undefined when the file is of another kind
   * @throws Failure when it is of this kind, but not laid out as it is known to be
   */
  locate(file: Uint8Array): Location | undefined
}

/**
 * At the file's end (Linux, Bun up to 1.3.11), in the ELF section `.bun` (Linux, from 1.3.12), in the PE section `.bun`
 * (Windows) or in the Mach-O section `__BUN,__bun` (macOS).
 */
export type Layout = "appended" | "elf-section" | "pe-section" | "macho-section"

/**
 * What a format has beside the payload that depends on every byte: a checksum, a signature. Writing makes it anew, so a
 * file whose own was made by somebody else is given back without that.
 */
export interface Signature {
  /** Whose: nobody's, one that names nobody (hashes alone), or one that is made with somebody's certificate. */
  kind: "none" | "ad hoc" | "certificate"
  bytes: number
}

/** Where a file holds its payload, and how it is written around another. */
export interface Location {
  layout: Layout
  /** The payload, in bytes from the file's start. */
  start: number
  end: number
  /** How many bytes of the file are the runtime's: they do not depend on the payload. */
  length: number
  /** In the formats that have one. */
  signature?: Signature
  rewrite: Rewrite
  /**
   * How a payload is put into a stock Bun in the way that this file's was.
   * @param bun the whole stock Bun; its headers are looked at, and all of it where the format is signed
   * @throws Failure when that Bun is not laid out as it is known to be
   */
  embedIn(bun: RandomAccess): Rewrite
}

/** Gives the whole `file` around a payload, as pieces in order; what does not depend on the payload is not copied. */
export type Rewrite = <File extends Piece>(file: File, payload: Payload) => (File | Uint8Array)[]

/** A module graph as bytes. */
export interface Payload {
  pieces: Uint8Array[]
  bytes: number
}
