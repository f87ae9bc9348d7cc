import type { z } from "zod"

/**
 * The schema of the key `offline` in opencode.json: `true`, `false`, or `{ "allow": [...] }`.
 * @param zod upstream's own zod, so that its JSON schema and its errors are upstream's
 */
export function configSchema(zod: typeof z) {
  const allow = zod
    .array(zod.string())
    .optional()
    .describe("Hosts that may be connected to; from user-level or managed configuration only")
  return zod
    .union([zod.boolean(), zod.object({ allow }).strict()])
    .optional()
    .describe("Make no connection that the policy does not allow; see `opencode offline`")
}
