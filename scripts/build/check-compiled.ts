import { posix } from "node:path"
import { readIndex } from "../../offline/web-ui/pack.ts"
import type { EmbeddedModule, Executable, ModuleGraph } from "../container/index.ts"
import { findTreeSitter } from "../contents/grammars.ts"
import { NAMES } from "../contents/names.ts"
import { Failure } from "../lib/errors.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { bundlesIn } from "../upstream/readable-bundles.ts"
import type { Compiled } from "./compile-tree.ts"

/** The name that Bun gives to the file that is embedded. */
const WEB_UI = /^\/\$bunfs\/root\/offline-web-ui-\w+\.pack$/

const scanner = new Bun.Transpiler({ loader: "js" })

/** Bits of the flags: neither `.env` nor `bunfig.toml` of the working directory is read. */
const CLOSED = 3

/**
 * Sees to it that what upstream's build script compiled has in it what makes it safe.
 * @param graph of the finished executable
 * @param stock upstream's executable of the same version
 * @returns what the record says of its page
 * @throws Failure when the runtime is not the pinned Bun, or something is not inside
 */
export function describeCompiled(
  graph: ModuleGraph,
  compiled: Compiled,
  stock: Executable,
): Pick<BuildRecord, "webUi"> {
  const entry = graph.modules[graph.entry]!
  const pages = graph.modules.filter(({ name }) => WEB_UI.test(name))
  const { main } = bundlesIn(graph)
  const [preload, ...rest] = graph.argv.split(" ")
  const checks: [boolean, string][] = [
    [
      compiled.runtime.equal,
      `the runtime is not the pinned Bun: byte ${compiled.runtime.firstDifference} differs`,
    ],
    [preload === `--preload=${NAMES.gitIndex}`, `the stored arguments are ${graph.argv}`],
    [!rest.some((word) => word.startsWith("--preload")), `the stored arguments are ${graph.argv}`],
    [graph.modules.some(({ name }) => name === NAMES.gitIndex), `there is no module ${NAMES.gitIndex}`],
    [entry.name === main, `what is run is ${entry.name}, not ${main}`],
    [
      importsGuard(graph.modules, entry.name),
      `the entry does not import ${NAMES.gitIndex} ahead of all else`,
    ],
    [(graph.flags & CLOSED) === CLOSED, "it reads .env or bunfig.toml of the working directory"],
    [
      graph.flags === stock.graph.flags,
      `of the files that Bun reads by itself it reads others than the release does: its flags are ${graph.flags}, not ${stock.graph.flags}`,
    ],
    [
      Bun.deepEquals(findTreeSitter(compiled.graph), findTreeSitter(stock.graph)),
      "its tree-sitter is not the release's, which the grammars were tried with",
    ],
    [pages.length === 1, "there is no web UI inside, or more than one"],
  ]
  const failed = checks.find(([held]) => !held)
  if (failed)
    throw new Failure({
      what: "What upstream's build script compiled is not what it should be",
      why: failed[1],
      next: "compare upstream's script/build.ts with patches/build-embed-offline.ts and offline/build/embed.ts",
    })
  const { contents } = pages[0]!
  const files = Object.keys(readIndex(contents).files).length
  return { webUi: { folder: "packages/app", files, bytes: contents.length } }
}

/** What is read of a module. */
type Code = Pick<EmbeddedModule, "name" | "contents">

/**
 * Whether the guard is evaluated ahead of all else of a module: the module imports it first or, where the code was split into
 * chunks, the chunk that it imports first does so, or the first of that one.
 * @param name the module's name
 */
export function importsGuard(modules: readonly Code[], name: string, seen: string[] = []): boolean {
  const module = modules.find((one) => one.name === name)
  const first = module && firstImport(module)
  if (first === NAMES.gitIndex) return true
  return first !== undefined && !seen.includes(first) && importsGuard(modules, first, [...seen, name])
}

/** The name of the module that is imported first; undefined when there is none, or the module is no JavaScript. */
function firstImport({ name, contents }: Code): string | undefined {
  try {
    const imports = scanner.scanImports(contents)
    const path = imports.find(({ kind }) => kind === "import-statement")?.path
    return path?.startsWith(".") ? posix.join(posix.dirname(name), path) : path
  } catch {
    return undefined
  }
}
