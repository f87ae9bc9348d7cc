import type { Location } from "./container.ts"
import type { FileRange, Piece } from "./pieces.ts"

/**
 * What `bun build --compile` puts into a copy of the Bun executable. All byte fields are views of the file that was
 * read, never copies; treat them as read-only, and the graph as immutable.
 */
export interface ModuleGraph<File extends Piece = Uint8Array> {
  runtime: Runtime<File>
  modules: EmbeddedModule[]
  /** Index in `modules` of the one that is run. */
  entry: number
  /** Arguments that Bun reads before the user's own, as one string; a module given by `--preload=` runs first. */
  argv: string
  /** Bits that switch off what Bun loads from the working directory: 1 `.env`, 2 `bunfig.toml`, 4, 8 … */
  flags: number
}

/** All of the executable but its graph. */
export interface Runtime<File extends Piece = Uint8Array> extends Location {
  /** The whole executable, with the graph that was read from it. */
  file: File
}

/** A graph of which only the modules are in memory; the executable stays on disk. */
export type LightGraph = ModuleGraph<FileRange>

/** One embedded file. The last four are Bun's enumerations, kept as they are. */
export interface EmbeddedModule {
  /** Unique: `/$bunfs/root/src/index.js`. */
  name: string
  contents: Uint8Array
  sourceMap: Uint8Array
  bytecode: Uint8Array
  moduleInfo: Uint8Array
  bytecodePath: Uint8Array
  /** 0 binary, 1 Latin-1, 2 UTF-8. */
  encoding: number
  /** 1 JavaScript, 5 file, 9 wasm, 10 napi, … */
  loader: number
  /** 0 none, 1 ESM, 2 CommonJS. */
  format: number
  /** 0 server, 1 client. */
  side: number
}
