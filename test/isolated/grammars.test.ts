import { expect, setDefaultTimeout, test } from "bun:test"
import { type IsolatedResult, runIsolated } from "../../scripts/lib/isolation/isolated.ts"
import { readPin } from "../../scripts/read-pin.ts"
import { builtExecutable } from "../lib/built.ts"
import { stockExecutable } from "../lib/stock.ts"
import { CODE_SAMPLES, PLAIN_SAMPLE } from "./lib/code-samples.ts"

// A code block has colours in the TUI when its language's grammar was found, loaded and run.

setDefaultTimeout(300_000)

const samples = { ...CODE_SAMPLES, cobol: PLAIN_SAMPLE }
const answer = Object.entries(samples).map(([language, line]) => `\`\`\`${language}\n${line}\n\`\`\`\n`)

/** Has the model answer with a block of each language; gives those that are drawn in several colours, sorted. */
async function draw(executable: string, env: Record<string, string>, expected: number) {
  let coloured: string[] = []
  const result = await runIsolated({
    executable,
    env,
    mode: "refuse",
    provider: [{ text: answer.join("\n") }],
    pty: { columns: 130, rows: 160 },
    timeoutMs: 120_000,
    async during({ waitFor, type, colours, screen }) {
      await waitFor("Ask anything")
      await waitFor("Mock Model")
      await type("show me")
      await waitFor("show me")
      await type("\r")
      await waitFor(PLAIN_SAMPLE)
      for (const line of Object.values(samples)) expect(await screen()).toContain(line)
      const end = performance.now() + 20_000
      while (coloured.length < expected && performance.now() < end) {
        await Bun.sleep(200)
        const found = await colours(Object.values(samples))
        coloured = Object.keys(samples).filter((_, at) => found[at]!.length > 1)
      }
    },
  })
  return { coloured: coloured.sort(), result }
}

const toGitHub = ({ attempts }: IsolatedResult) =>
  attempts.filter(({ name }) => name === "github.com" || name === "raw.githubusercontent.com")

test.each([
  ["offline", { OPENCODE_OFFLINE: "1" }],
  ["with the switch off", {}],
] as const)(
  "%s, the TUI colours every language that upstream's fetches a grammar for, and those inside upstream's",
  async (_, env) => {
    const { grammars } = await readPin("1.3.0")
    const languages = Object.keys(CODE_SAMPLES).sort()
    expect(languages).toEqual(expect.arrayContaining(Object.keys(grammars)))
    const { coloured, result } = await draw(builtExecutable(), env, languages.length)
    expect(coloured).toEqual(languages)
    expect(toGitHub(result)).toEqual([])
    if ("OPENCODE_OFFLINE" in env) expect(result.attempts).toEqual([])
  },
)

test("without a network, upstream's colours only what is inside it, and tries to fetch the rest", async () => {
  const { coloured, result } = await draw(await stockExecutable("1.3.0"), {}, 4)
  expect(coloured).toEqual(["javascript", "typescript", "zig"])
  expect(toGitHub(result).length).toBeGreaterThan(20)
})
