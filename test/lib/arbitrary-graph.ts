import fc from "fast-check"
import { MACHINES } from "./sample-elf.ts"
import { FORMS, sampleModule } from "./sample-executable.ts"

const bytes = (longest: number) => fc.uint8Array({ maxLength: longest })

const module = fc
  .record({
    name: fc.string({ unit: "binary", minLength: 1, maxLength: 12 }).filter((name) => !name.includes("\0")),
    contents: bytes(200),
    sourceMap: bytes(20),
    bytecode: bytes(200),
    moduleInfo: bytes(20),
    bytecodePath: bytes(20),
    encoding: fc.integer({ min: 0, max: 2 }),
    loader: fc.integer({ min: 0, max: 255 }),
    format: fc.integer({ min: 0, max: 2 }),
    side: fc.integer({ min: 0, max: 1 }),
  })
  .map(sampleModule)

/** All that a graph of up to seven modules can say, in every layout, for both processors. */
export const arbitraryGraph = fc
  .record({
    layout: fc.constantFrom(...FORMS),
    machine: fc.constantFrom(...MACHINES),
    modules: fc.uniqueArray(module, { minLength: 1, maxLength: 7, selector: ({ name }) => name }),
    entry: fc.nat(),
    argv: fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replaceAll("\0", " ")),
    flags: fc.integer({ min: 0, max: 0xffff_ffff }),
  })
  .map((graph) => ({ ...graph, entry: graph.entry % graph.modules.length }))
