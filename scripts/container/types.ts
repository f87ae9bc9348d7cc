/**
 * What `bun build --compile` puts into a copy of the Bun executable. All byte fields are views of the file that was
 * read, never copies; treat them as read-only, and the graph as immutable.
 */
export interface ModuleGraph<Runtime extends { length: number } = Uint8Array> {
  /** Where the graph is: at the file's end (Bun up to 1.3.11), or in the ELF section `.bun` (from 1.3.12). */
  layout: "appended" | "elf-section"
  /** The bytes before the graph. Appended: a stock Bun executable, unchanged. ELF section: all up to its payload. */
  runtime: Runtime
  modules: EmbeddedModule[]
  /** Index in `modules` of the one that is run. */
  entry: number
  /** Arguments that Bun reads before the user's own, as one string; a module given by `--preload=` runs first. */
  argv: string
  /** Bits that switch off what Bun loads from the working directory: 1 `.env`, 2 `bunfig.toml`, 4, 8 … */
  flags: number
  /** Of the layout "elf-section" only: the room that the payload has, and what follows it. */
  section?: { payloadBytes: number; after: Uint8Array }
}

/** The first `length` bytes of a file: a runtime that need not be in memory. */
export interface FileStart {
  path: string
  length: number
}

/** A graph of which only the modules are in memory. */
export type LightGraph = ModuleGraph<FileStart>

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
