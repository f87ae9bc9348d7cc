import { afterAll, expect, setDefaultTimeout, test } from "bun:test"
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  addModule,
  readModuleGraph,
  writeExecutable,
  writeModuleGraph,
} from "../../scripts/container/index.ts"
import { runCommand } from "../../scripts/harness/scenarios.ts"
import { sampleModule } from "../lib/sample-executable.ts"
import { sample } from "../lib/sampling.ts"
import { acquire, runnableStock } from "../lib/stock.ts"

// The kernel and Bun itself must find a graph that grew, to its last byte, in each of the layouts: those are Bun's, so one
// release of each Bun shows it, and with --all every one.

setDefaultTimeout(120_000)

const folder = await mkdtemp(join(tmpdir(), "grown-"))
afterAll(() => rm(folder, { recursive: true }))

const FIRST = "/$bunfs/root/first.js"
const MORE = "/$bunfs/root/more.bin"

const ofEachBun = Map.groupBy(runnableStock, ({ bun }) => bun.version)

test.each([...ofEachBun.values()].flatMap(sample))(
  "$version runs with two megabytes more, and with another module first",
  async ({ version, opencode }) => {
    const more = randomBytes(2_000_000)
    const graph = readModuleGraph(await readFile(await acquire(opencode)))
    const first = `// @bun\nimport { createHash } from "crypto"\nimport { readFileSync } from "fs"
console.error(createHash("sha256").update(readFileSync("${MORE}")).digest("hex"))`
    const modules = [
      sampleModule({ name: FIRST, contents: Buffer.from(first) }),
      sampleModule({ name: MORE, contents: more, encoding: 0, loader: 5, format: 0, side: 1 }),
    ]
    const grown = modules.reduce(addModule, graph)
    const executable = join(folder, version)
    await writeExecutable(
      executable,
      writeModuleGraph({ ...grown, argv: `--preload=${FIRST} ${graph.argv}` }),
    )
    const { exitCode, stdout, stderr } = await runCommand({ executable }, "--version")
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${version}\n` })
    // What upstream's own code says of a network that is not there may follow.
    expect(stderr).toStartWith(`${createHash("sha256").update(more).digest("hex")}\n`)
  },
)
