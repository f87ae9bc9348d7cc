import type { Random } from "./random.ts"

/** JSON Schema, as far as OpenAPI documents of upstream's use it. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  minItems?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  format?: string
  pattern?: string
}

/** What a value is generated with. */
export interface Generator {
  random: Random
  /** The schema that a `$ref` means. */
  resolve(reference: string): Schema
  /** A value that is there already, for a field or parameter of this name: the id of a session, for one. */
  known(name: string): string | undefined
}

/** So deep, nothing optional is generated: a schema may refer to itself. */
const DEPTH = 4

/**
 * A value that a schema takes, so far as it is of the kinds above.
 * @param name of the field that it is for
 */
export function generate(schema: Schema, from: Generator, name = "", depth = 0): unknown {
  const { random } = from
  if (schema.$ref) return generate(from.resolve(schema.$ref), from, name, depth + 1)
  if ("const" in schema) return schema.const
  if (schema.enum) return random.pick(schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices && choices.length > 0) return generate(random.pick(choices), from, name, depth + 1)
  if (schema.allOf)
    return Object.assign({}, ...schema.allOf.map((part) => generate(part, from, name, depth + 1)))
  const type = typeof schema.type === "object" ? random.pick(schema.type) : schema.type
  switch (type ?? (schema.properties ? "object" : "string")) {
    case "object":
      return generateObject(schema, from, depth)
    case "array":
      return Array.from({ length: (schema.minItems ?? 0) + (depth < DEPTH ? random.below(3) : 0) }, () =>
        generate(schema.items ?? {}, from, name, depth + 1),
      )
    case "boolean":
      return random.once(2)
    case "integer":
      return Math.floor(generateNumber(schema, random))
    case "number":
      return generateNumber(schema, random)
    case "null":
      return null
    default:
      return generateText(schema, from, name)
  }
}

function generateObject(schema: Schema, from: Generator, depth: number): Record<string, unknown> {
  const { properties = {}, required = [], additionalProperties } = schema
  const wanted = Object.entries(properties).filter(
    ([key]) => required.includes(key) || (depth < DEPTH && from.random.once(2)),
  )
  const value = Object.fromEntries(wanted.map(([key, of]) => [key, generate(of, from, key, depth + 1)]))
  if (typeof additionalProperties === "object" && depth < DEPTH && from.random.once(2))
    value[from.random.word()] = generate(additionalProperties, from, "", depth + 1)
  return value
}

function generateNumber({ minimum, exclusiveMinimum, maximum }: Schema, random: Random): number {
  const least = minimum ?? (exclusiveMinimum === undefined ? 0 : exclusiveMinimum + 1)
  const most = Math.min(maximum ?? least + 100, least + 100)
  return least + random.below(most - least + 1)
}

function generateText({ format, pattern, minLength = 0 }: Schema, from: Generator, name: string): string {
  const { random } = from
  const known = from.known(name)
  if (known !== undefined && !random.once(4)) return known
  if (format === "uri" || format === "url" || /url$/i.test(name)) return `https://${random.word()}.example/`
  if (format === "date-time") return "2026-01-02T03:04:05Z"
  // What ids begin with: `^ses.*`.
  const begin = /^\^([A-Za-z]+_?)/.exec(pattern ?? "")?.[1] ?? ""
  return (begin + random.word()).padEnd(minLength, "a")
}
