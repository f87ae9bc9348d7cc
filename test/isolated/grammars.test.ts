import { describe, expect, test } from "bun:test"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { grammarNames } from "../../offline/grammars.ts"
import { moduleNames } from "../../offline/modules.ts"
import {
  readModuleGraph,
  replaceModule,
  writeExecutable,
  writeModuleGraph,
} from "../../scripts/container/index.ts"
import { type IsolatedOptions, type IsolatedResult, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { builtExecutable } from "../lib/built.ts"
import { runsAll } from "../lib/sampling.ts"
import { pin, stockExecutable } from "../lib/stock.ts"
import { CODE_SAMPLES, PLAIN_SAMPLE } from "./lib/code-samples.ts"

// A code block has colours in the TUI when its language's grammar was found, loaded and run.

/** Those that upstream's has a grammar of inside. */
const INSIDE_UPSTREAM = ["javascript", "typescript", "zig"]

const fetched = Object.groupBy(Object.keys(pin.grammars), (language) =>
  pin.grammars[language]!.length > 0 ? "carried" : "notInNpm",
)
const carried = [...fetched.carried!, ...INSIDE_UPSTREAM].sort()
const plain = { cobol: PLAIN_SAMPLE, ...pick(CODE_SAMPLES, fetched.notInNpm ?? []) }

function pick(samples: Record<string, string>, languages: string[]): Record<string, string> {
  return Object.fromEntries(languages.map((language) => [language, samples[language]!]))
}

/**
 * Has the model answer with a block of each language, then opens the TUI on that conversation: while an answer comes in,
 * upstream's now and then leaves it blank. Waits until the expected languages are drawn in several colours, and gives all
 * that are then, sorted.
 */
async function draw({ executable, samples, ...setup }: Setup, expected: string[]) {
  const answer = Object.entries(samples).map(([language, line]) => `\`\`\`${language}\n${line}\n\`\`\`\n`)
  let coloured: string[] = []
  const result = await runIsolated({
    ...setup,
    executable: "/bin/sh",
    args: ["-ec", `"$0" run "show me" > answer.txt; exec "$0" --continue`, path.resolve(executable)],
    provider: [{ text: answer.join("\n") }],
    pty: { columns: 130, rows: 260 },
    async during({ waitFor, waitUntil, colours }) {
      await waitFor(PLAIN_SAMPLE)
      let found: number[][] = []
      const look = async () => {
        found = await colours(Object.values(samples))
        coloured = Object.keys(samples).filter((_, at) => found[at]!.length > 1)
      }
      await waitUntil(`colours in ${expected.join(", ")}`, async () => {
        await look()
        return expected.every((language) => coloured.includes(language))
      })
      // Another language would be coloured soon after these.
      await watchFor(2000)
      await look()
      expect(found.filter((several) => several.length === 0)).toEqual([])
    },
  })
  return { coloured: coloured.sort(), result }
}

type Setup = Pick<IsolatedOptions, "executable" | "env" | "mode"> & {
  /** A line of each language, drawn in this order. */
  samples: Record<string, string>
}

const toGitHub = ({ attempts }: IsolatedResult) =>
  attempts.filter(({ name }) => name === "github.com" || name === "raw.githubusercontent.com")

const colourful = pick(CODE_SAMPLES, carried)

test("each language that is inside is drawn in these tests", () => {
  expect(Object.keys(CODE_SAMPLES)).toEqual(expect.arrayContaining(carried))
})

test("offline, the TUI colours every language inside, and those plain that npm has no grammar of; nothing is tried, and no grammar denied", async () => {
  const samples = { ...colourful, ...plain }
  const result = await drawOffline({ executable: builtExecutable(), samples }, carried)
  expect(result).toEqual({ coloured: carried, attempts: [], denials: expect.not.stringContaining("github") })
})

// One that npm has none of is not inside either, so where a release has such a language this is shown above.
if (runsAll || !fetched.notInNpm)
  test("a language whose grammar is not inside is drawn plain offline, and nothing is tried or denied for it", async () => {
    const executable = await withoutGrammar("python")
    const others = carried.filter((language) => language !== "python")
    const result = await drawOffline({ executable, samples: { ...colourful, ...plain } }, others)
    expect(result).toEqual({ coloured: others, attempts: [], denials: expect.not.stringContaining("github") })
    await rm(path.dirname(executable), { recursive: true })
  })

/** Draws behind a firewall, and gives what was denied meanwhile. */
async function drawOffline(setup: Setup, expected: string[]) {
  const folder = await mkdtemp(path.join(tmpdir(), "drawn-"))
  const denials = path.join(folder, "denials.jsonl")
  const env = { OPENCODE_OFFLINE: "1", OPENCODE_OFFLINE_LOG: denials }
  const { coloured, result } = await draw({ ...setup, env, mode: "drop" }, expected)
  const denied = await readFile(denials, "utf8").catch(() => "")
  await rm(folder, { recursive: true })
  return { coloured, attempts: result.attempts, denials: denied }
}

/** The executable that was built, without one of its grammars. */
async function withoutGrammar(language: string): Promise<string> {
  const graph = readModuleGraph(await readFile(builtExecutable()))
  const name = moduleNames().assetIndex
  const index = JSON.parse(
    Buffer.from(graph.modules.find((module) => module.name === name)!.contents).toString(),
  )
  for (const asset of Object.values(grammarNames(language))) {
    expect(index[asset]).toBeDefined()
    delete index[asset]
  }
  const file = path.join(await mkdtemp(path.join(tmpdir(), "grammars-")), "opencode")
  const changed = replaceModule(graph, name, Buffer.from(JSON.stringify(index)))
  await writeExecutable(file, writeModuleGraph(changed))
  return file
}

if (runsAll)
  describe("without the switch", () => {
    test("with the switch off, the TUI colours every language inside, and fetches no grammar of one", async () => {
      const samples = { ...colourful, cobol: PLAIN_SAMPLE }
      const { coloured, result } = await draw(
        { executable: builtExecutable(), mode: "answer", samples },
        carried,
      )
      expect(coloured).toEqual(carried)
      expect(toGitHub(result)).toEqual([])
    })

    test("without grammars from GitHub, upstream's colours only what is inside it", async () => {
      const executable = await stockExecutable()
      const { coloured, result } = await draw(
        { executable, mode: "refuse", samples: { ...colourful, ...plain } },
        INSIDE_UPSTREAM,
      )
      expect(coloured).toEqual(INSIDE_UPSTREAM)
      expect(toGitHub(result).length).toBeGreaterThan(20)
    })
  })
