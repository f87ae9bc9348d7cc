import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { readModuleGraph } from "../../../scripts/container/index.ts"
import { readPin, readSupported } from "../../../scripts/pins/pin.ts"
import { besideOf } from "../../../scripts/pins/pin-targets.ts"
import { stockExecutable, target } from "../../lib/stock.ts"

const supported = await readSupported()
const names = [supported.default, ...supported.kept]
const pins = await Promise.all(names.map((name) => readPin(name)))
const graphs = await Promise.all(
  pins.map(async (pin) => readModuleGraph(await readFile(await stockExecutable(target.name, pin)))),
)

test("a pin that is made anew gets the page and the grammars of the newest pin of its form", () => {
  const made = graphs.map((graph) => besideOf(graph, pins))
  expect(made).toEqual(pins.map(({ webUi, grammars }) => ({ ...(webUi && { webUi }), grammars })))
  expect(besideOf({ modules: [] }, pins)).toEqual({ grammars: {} })
})

/** A language in what OpenTUI is given, whose grammar is at an address. */
const FETCHED = /filetype: ?"([\w-]+)",\s*(?:aliases: ?\[[^\]]*\],\s*)?wasm:\s*"https:/g

test("a pin that has grammars names each language that the release would fetch one for, and no other", () => {
  const withGrammars = pins.flatMap((pin, at) => (Object.keys(pin.grammars).length > 0 ? [at] : []))
  expect(withGrammars.length).toBeGreaterThan(1)
  for (const at of withGrammars) {
    const fetched = graphs[at]!.modules.filter(({ loader }) => loader === 1).flatMap(({ contents }) => {
      const { buffer, byteOffset, byteLength } = contents
      const text = Buffer.from(buffer, byteOffset, byteLength).toString("latin1")
      return Array.from(text.matchAll(FETCHED), ([, language]) => language)
    })
    expect([...new Set(fetched)].sort(), names[at]).toEqual(Object.keys(pins[at]!.grammars).sort())
  }
})
