import type { z } from "zod"
import { KEYS, type Shape } from "./policy/keys.ts"

const ABOUT = "Make no connection that the policy does not allow; see `opencode offline`"

/**
 * The schema of the key `offline` in opencode.json: `true`, `false`, or an object of the policy's keys. Which file may have
 * which of them is judged ahead of upstream's code.
 * @param zod upstream's own zod, so that its JSON schema and its errors are upstream's
 */
export function configSchema(zod: typeof z) {
  const keys = Object.entries(KEYS).map(([name, { shape, about }]) => [
    name,
    zodOf(shape, zod).optional().describe(about),
  ])
  return zod
    .union([zod.boolean(), zod.object(Object.fromEntries(keys)).strict()])
    .optional()
    .describe(ABOUT)
}

function zodOf(shape: Shape, zod: typeof z): z.ZodType {
  if (shape === "boolean") return zod.boolean()
  if (shape === "path") return zod.string()
  if (shape === "size") return zod.number()
  if (shape === "texts") return zod.array(zod.string())
  if ("oneOf" in shape) return zod.enum(shape.oneOf as [string, ...string[]])
  if ("either" in shape)
    return zod.union(shape.either.map((one) => zodOf(one, zod)) as [z.ZodType, z.ZodType])
  const keys = Object.entries(shape.keys).map(([name, value]) => {
    const of = zodOf(value, zod)
    return [name, shape.required.includes(name) ? of : of.optional()]
  })
  return zod.object(Object.fromEntries(keys)).strict()
}

/** A schema of Effect's, as far as it is used. */
interface EffectSchema {
  annotate(annotations: { description: string }): EffectSchema
}

/** The part of Effect's `Schema` that is used. */
interface Effect {
  Boolean: EffectSchema
  Number: EffectSchema
  String: EffectSchema
  Array(of: EffectSchema): EffectSchema
  Struct(fields: Record<string, EffectSchema>): EffectSchema
  Union(of: EffectSchema[]): EffectSchema
  mutable(schema: EffectSchema): EffectSchema
  optional(schema: EffectSchema): EffectSchema
}

/**
 * The same as {@link configSchema}, for releases whose schema is Effect's. A word is any text, and what else is in the
 * object is refused ahead of upstream's code.
 * @param schema upstream's own `Schema`
 */
export function effectConfigSchema(schema: Effect): EffectSchema {
  const keys = Object.entries(KEYS).map(([name, { shape, about }]) => [
    name,
    schema.optional(effectOf(shape, schema)).annotate({ description: about }),
  ])
  return schema
    .optional(schema.Union([schema.Boolean, schema.Struct(Object.fromEntries(keys))]))
    .annotate({ description: ABOUT })
}

function effectOf(shape: Shape, schema: Effect): EffectSchema {
  if (shape === "boolean") return schema.Boolean
  if (shape === "size") return schema.Number
  if (shape === "texts") return schema.mutable(schema.Array(schema.String))
  if (shape === "path" || "oneOf" in shape) return schema.String
  if ("either" in shape) return schema.Union(shape.either.map((one) => effectOf(one, schema)))
  const keys = Object.entries(shape.keys).map(([name, value]) => {
    const of = effectOf(value, schema)
    return [name, shape.required.includes(name) ? of : schema.optional(of)]
  })
  return schema.Struct(Object.fromEntries(keys))
}
