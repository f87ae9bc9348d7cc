import type { z } from "zod"

const ABOUT = "Make no connection that the policy does not allow; see `opencode offline`"
const ABOUT_ALLOW = "Hosts that may be connected to; from user-level or managed configuration only"

/**
 * The schema of the key `offline` in opencode.json: `true`, `false`, or `{ "allow": [...] }`.
 * @param zod upstream's own zod, so that its JSON schema and its errors are upstream's
 */
export function configSchema(zod: typeof z) {
  const allow = zod.array(zod.string()).optional().describe(ABOUT_ALLOW)
  return zod
    .union([zod.boolean(), zod.object({ allow }).strict()])
    .optional()
    .describe(ABOUT)
}

/** A schema of Effect's, as far as it is used. */
interface EffectSchema {
  annotate(annotations: { description: string }): EffectSchema
}

/** The part of Effect's `Schema` that is used. */
interface Effect {
  Boolean: EffectSchema
  String: EffectSchema
  Array(of: EffectSchema): EffectSchema
  Struct(fields: Record<string, EffectSchema>): EffectSchema
  Union(of: EffectSchema[]): EffectSchema
  mutable(schema: EffectSchema): EffectSchema
  optional(schema: EffectSchema): EffectSchema
}

/**
 * The same as {@link configSchema}, for releases whose schema is Effect's. What else is in the object is refused ahead of
 * upstream's code.
 * @param schema upstream's own `Schema`
 */
export function effectConfigSchema(schema: Effect): EffectSchema {
  const allow = schema
    .optional(schema.mutable(schema.Array(schema.String)))
    .annotate({ description: ABOUT_ALLOW })
  return schema
    .optional(schema.Union([schema.Boolean, schema.Struct({ allow })]))
    .annotate({ description: ABOUT })
}
