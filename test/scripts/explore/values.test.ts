import { describe, expect, test } from "bun:test"
import Ajv from "ajv"
import { nextKeys } from "../../../scripts/explore/keys.ts"
import { Random } from "../../../scripts/explore/random.ts"
import { type Generator, generate, type Schema } from "../../../scripts/explore/values.ts"

const tree: Schema = {
  type: "object",
  required: ["name", "kind"],
  properties: {
    name: { type: "string", minLength: 3 },
    kind: { enum: ["a", "b", 3] },
    fixed: { const: "x" },
    count: { type: "integer", minimum: 2, maximum: 4 },
    above: { type: "number", exclusiveMinimum: 0 },
    id: { type: "string", pattern: "^ses.*" },
    either: { anyOf: [{ type: "null" }, { type: "array", items: { type: "boolean" }, minItems: 1 }] },
    both: {
      allOf: [
        { type: "object", required: ["one"], properties: { one: { type: "string" } } },
        { type: "object", required: ["two"], properties: { two: { type: "number" } } },
      ],
    },
    more: { type: "object", additionalProperties: { type: ["string", "null"] } },
    children: { type: "array", items: { $ref: "#/components/schemas/Tree" } },
  },
  additionalProperties: false,
}

const generator = (seed: number, known: Generator["known"] = () => undefined): Generator => ({
  random: new Random(seed),
  resolve: () => tree,
  known,
})

describe("a value", () => {
  test("is one that its schema takes, whatever the seed", () => {
    const ajv = new Ajv({ strict: false })
    const validate = ajv.compile({ ...tree, components: { schemas: { Tree: tree } } })
    for (let seed = 0; seed < 500; seed++) {
      const value = generate(tree, generator(seed))
      expect(validate(value), `${seed}: ${JSON.stringify(value)} ${JSON.stringify(validate.errors)}`).toBe(
        true,
      )
    }
  })

  test("follows from the seed, and is another one for another", () => {
    const of = (seed: number) => JSON.stringify(generate(tree, generator(seed)))
    expect(of(7)).toBe(of(7))
    expect(new Set(Array.from({ length: 50 }, (_, seed) => of(seed))).size).toBeGreaterThan(40)
  })

  test("that is there already is taken for a field of its name, mostly", () => {
    const from = generator(1, (name) => (name === "sessionID" ? "ses_1" : undefined))
    const ids = Array.from({ length: 100 }, () => generate({ type: "string" }, from, "sessionID"))
    const known = ids.filter((id) => id === "ses_1").length
    expect(known).toBeGreaterThan(50)
    expect(known).toBeLessThan(100)
  })
})

test("no keystroke can begin a shell's command, end the TUI by itself or stop it", () => {
  const random = new Random(3)
  const typed = Array.from({ length: 5000 }, () => nextKeys(random)).flat()
  expect(new Set(typed).size).toBeGreaterThan(500)
  for (const keys of typed) {
    expect(keys).not.toMatch(/[!|&;<>$`*]/)
    expect(["\x03", "\x04", "\x1a"]).not.toContain(keys)
  }
})

test("numbers stay in their range, and fill it", () => {
  const random = new Random(0)
  const seen = Array.from({ length: 1000 }, () => random.below(6))
  expect(new Set(seen)).toEqual(new Set([0, 1, 2, 3, 4, 5]))
  expect(random.shuffle(seen).toSorted()).toEqual(seen.toSorted())
})
