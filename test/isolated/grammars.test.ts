import { expect, setDefaultTimeout, test } from "bun:test"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { grammarNames } from "../../offline/grammars.ts"
import { moduleNames } from "../../offline/modules.ts"
import { writeExecutable } from "../../scripts/build/write-release.ts"
import { readModuleGraph, replaceModule, writeModuleGraph } from "../../scripts/container/index.ts"
import { type IsolatedOptions, type IsolatedResult, runIsolated } from "../../scripts/isolation/isolated.ts"
import { builtExecutable } from "../lib/built.ts"
import { pin, stockExecutable } from "../lib/stock.ts"
import { CODE_SAMPLES, PLAIN_SAMPLE } from "./lib/code-samples.ts"

// A code block has colours in the TUI when its language's grammar was found, loaded and run.

setDefaultTimeout(300_000)

const samples = { ...CODE_SAMPLES, cobol: PLAIN_SAMPLE }
const answer = Object.entries(samples).map(([language, line]) => `\`\`\`${language}\n${line}\n\`\`\`\n`)

/**
 * Has the model answer with a block of each language, then opens the TUI on that conversation: while an answer comes in,
 * upstream's now and then leaves it blank. Gives the languages that are drawn in several colours, sorted.
 */
async function draw({ executable, ...setup }: Setup, waitMs: number) {
  let coloured: string[] = []
  const result = await runIsolated({
    ...setup,
    executable: "/bin/sh",
    args: ["-ec", `"$0" run "show me" > answer.txt; exec "$0" --continue`, path.resolve(executable)],
    provider: [{ text: answer.join("\n") }],
    pty: { columns: 130, rows: 160 },
    timeoutMs: 120_000,
    async during({ waitFor, colours }) {
      await waitFor(PLAIN_SAMPLE, 60_000)
      let found: number[][] = []
      const end = performance.now() + waitMs
      while (coloured.length < Object.keys(CODE_SAMPLES).length && performance.now() < end) {
        await Bun.sleep(200)
        found = await colours(Object.values(samples))
        coloured = Object.keys(samples).filter((_, at) => found[at]!.length > 1)
      }
      expect(found.filter((several) => several.length === 0)).toEqual([])
    },
  })
  return { coloured: coloured.sort(), result }
}

type Setup = Pick<IsolatedOptions, "executable" | "env" | "mode">

const toGitHub = ({ attempts }: IsolatedResult) =>
  attempts.filter(({ name }) => name === "github.com" || name === "raw.githubusercontent.com")

test.each([
  ["offline", { env: { OPENCODE_OFFLINE: "1" }, mode: "drop" }],
  ["with the switch off", { env: {}, mode: "answer" }],
] as const)(
  "%s, the TUI colours every language that upstream's fetches a grammar for, and those inside upstream's",
  async (way, setup) => {
    const languages = Object.keys(CODE_SAMPLES).sort()
    expect(languages).toEqual(expect.arrayContaining(Object.keys(pin.grammars)))
    const { coloured, result } = await draw({ ...setup, executable: builtExecutable() }, 20_000)
    expect(coloured).toEqual(languages)
    expect(toGitHub(result)).toEqual([])
    if (way === "offline") expect(result.attempts).toEqual([])
  },
)

test("a language whose grammar is not inside is drawn plain offline, and nothing is tried or denied for it", async () => {
  const executable = await withoutGrammar("python")
  const denials = path.join(path.dirname(executable), "denials.jsonl")
  const env = { OPENCODE_OFFLINE: "1", OPENCODE_OFFLINE_LOG: denials }
  const { coloured, result } = await draw({ executable, env, mode: "drop" }, 6000)
  expect(coloured).toEqual(
    Object.keys(CODE_SAMPLES)
      .filter((language) => language !== "python")
      .sort(),
  )
  expect(result.attempts).toEqual([])
  expect(await readFile(denials, "utf8").catch(() => "")).not.toContain("github")
  await rm(path.dirname(executable), { recursive: true })
})

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

test("without grammars from GitHub, upstream's colours only what is inside it", async () => {
  const { coloured, result } = await draw({ executable: await stockExecutable(), mode: "refuse" }, 8000)
  expect(coloured).toEqual(["javascript", "typescript", "zig"])
  expect(toGitHub(result).length).toBeGreaterThan(20)
})
