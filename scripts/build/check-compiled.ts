import { readIndex } from "../../offline/web-ui/pack.ts"
import type { Executable, ModuleGraph } from "../container/index.ts"
import { findTreeSitter } from "../contents/grammars.ts"
import { NAMES } from "../contents/names.ts"
import { Failure } from "../lib/errors.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { bundlesIn } from "../upstream/readable-bundles.ts"
import type { Compiled } from "./compile-tree.ts"

/** The name that Bun gives to the file that is embedded. */
const WEB_UI = /^\/\$bunfs\/root\/offline-web-ui-\w+\.pack$/

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
      Buffer.from(entry.contents).includes(JSON.stringify(NAMES.gitIndex)),
      `the entry does not import ${NAMES.gitIndex}`,
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
