import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { grammarNames } from "../../offline/grammars.ts"
import type { ModuleGraph } from "../container/index.ts"
import { derive } from "../lib/derived-cache.ts"
import { Failure } from "../lib/errors.ts"
import { hashMakers } from "../lib/makers.ts"
import type { Pin } from "../pins/pin.ts"
import type { Asset } from "./assets.ts"
import { readLicenses } from "./licenses.ts"

/** Paths in the cache. */
export interface GrammarFiles {
  wasm: string
  /** That of the file, in hex: it was verified just now. */
  wasmSha512: string
  /** The query that colours, in pieces. */
  highlights: string[]
}

const INSIDE = /\/tree-sitter-[0-9a-z]{8}\.wasm$/

/** What grammars are tried with. */
const RUNTIME = createRequire(import.meta.url).resolve("web-tree-sitter/tree-sitter.wasm")

/**
 * The grammars of the pin with their queries, each of which was loaded by the tree-sitter that this project has, and their
 * licences. That it is the one inside an executable, {@link requireTreeSitter} says.
 * @throws Failure when a grammar or its query cannot be used with it
 */
export async function readGrammars(
  grammars: Record<string, GrammarFiles>,
  pin: Pin,
  cache: string,
): Promise<Asset[]> {
  if (Object.keys(grammars).length === 0) return []
  const runtime = readFileSync(RUNTIME)
  const licenses = Buffer.from(await readLicenses(pin, cache))
  const triedWith = { runtime, runtimeSha256: createHash("sha256").update(runtime).digest("hex") }
  const maker = await hashMakers(import.meta.filename)
  const read = Object.entries(grammars).map(([language, files]) =>
    readGrammar(language, files, { ...triedWith, maker, cache }),
  )
  return [{ name: "licenses.txt", part: "grammars", source: licenses }, ...(await Promise.all(read)).flat()]
}

/** What a grammar is tried with, and by what. */
interface Trying {
  runtime: Uint8Array
  /** Hex. */
  runtimeSha256: string
  maker: string
  cache: string
}

async function readGrammar(
  language: string,
  files: GrammarFiles,
  { runtime, runtimeSha256, maker, cache }: Trying,
): Promise<Asset[]> {
  const pieces = await Promise.all(files.highlights.map((path) => readFile(path, "utf8")))
  const highlights = pieces.join("\n")
  const hash = createHash("sha256").update(`${runtimeSha256} ${files.wasmSha512} ${highlights}`)
  // What was tried once need not be tried again.
  await derive(cache, `grammar ${language} ${hash.digest("hex")} ${maker}`, () =>
    inTurn(async () => {
      await tryGrammar(language, { wasm: await readFile(files.wasm), highlights, runtime })
      return Buffer.from("fits")
    }),
  )
  const names = grammarNames(language)
  return [
    { name: names.wasm, part: "grammars", source: files.wasm },
    { name: names.highlights, part: "grammars", source: Buffer.from(highlights) },
  ]
}

let last: Promise<unknown> = Promise.resolve()

/** Grammars are tried one after another: tree-sitter has one memory, and what two load at once gets mixed up. */
function inTurn<T>(body: () => Promise<T>): Promise<T> {
  const turn = last.then(body)
  last = turn.catch(() => {})
  return turn
}

/** Tree-sitter refuses a grammar of an ABI that it does not know, and a query that names what a grammar has not. */
async function tryGrammar(
  language: string,
  { wasm, highlights, runtime }: { wasm: Uint8Array; highlights: string; runtime: Uint8Array },
): Promise<void> {
  const { Language, Parser, Query } = await import("web-tree-sitter")
  await Parser.init({ wasmBinary: runtime })
  try {
    const loaded = await Language.load(wasm)
    new Parser().setLanguage(loaded)
    new Query(loaded, highlights)
  } catch (error) {
    throw new Failure({
      what: `The grammar of ${language} does not fit the tree-sitter inside the executable`,
      why: (error as Error).message,
      next: `name another package or version for grammars.${language} in the pin: docs/pins.md`,
    })
  }
}

/** The contents of the modules of an executable that are tree-sitter. */
export function findTreeSitter({ modules }: Pick<ModuleGraph, "modules">): Uint8Array[] {
  return modules.filter(({ name }) => INSIDE.test(name)).map(({ contents }) => contents)
}

/**
 * Sees to it that the tree-sitter of an executable is the one that grammars are tried with: that of the package, as its other
 * half is code of the package.
 * @throws Failure when it is another one, or none
 */
export function requireTreeSitter(graph: Pick<ModuleGraph, "modules">): void {
  const inside = findTreeSitter(graph)
  if (inside.length === 1 && Buffer.compare(readFileSync(RUNTIME), inside[0]!) === 0) return
  throw new Failure({
    what: "Grammars cannot be tried with the tree-sitter inside the executable",
    why: `it is not the one of the package web-tree-sitter that this project has`,
    next: "npm install --save-dev --save-exact web-tree-sitter@VERSION, with the version that the executable's code names",
  })
}
