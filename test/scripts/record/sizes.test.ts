import { expect, test } from "bun:test"
import { describeSizes, measureParts, NO_SIZES } from "../../../scripts/record/sizes.ts"
import { sampleModule } from "../../lib/sample-executable.ts"

const graph = {
  runtime: Buffer.alloc(5000),
  modules: [
    sampleModule({ name: "main.js", contents: Buffer.alloc(700) }),
    sampleModule({ name: "worker.js", contents: Buffer.alloc(20) }),
    sampleModule({ name: "offline.js", contents: Buffer.alloc(30) }),
    sampleModule({ name: "rg", contents: Buffer.alloc(4) }),
    sampleModule({ name: "policy.json", contents: Buffer.alloc(1) }),
  ],
}
const names = { offline: ["offline.js"], ripgrep: ["rg"], rest: ["policy.json"] }

test("each part is what its modules are, what no part names is upstream's, and together they are the whole file", () => {
  const sizes = measureParts(graph, 6000, names)
  expect(sizes).toEqual({ ...NO_SIZES, runtime: 5000, upstream: 720, offline: 30, ripgrep: 4, rest: 246 })
  expect(Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0)).toBe(6000)
})

test("the sizes are said in one line, without the parts that are not there", () => {
  expect(describeSizes(measureParts(graph, 6000, names))).toBe(
    "runtime 5.0 kB, upstream's modules 720 B, offline module 30 B, ripgrep 4 B, rest 246 B",
  )
})
