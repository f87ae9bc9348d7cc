import { readFile } from "node:fs/promises"
import { z } from "zod"
import { type BakedPolicy, MODES, UNBAKED } from "../../offline/baked.ts"
import { SettingError } from "../../offline/error.ts"
import { parseEntry } from "../../offline/policy/entry.ts"
import { Failure } from "../lib/errors.ts"

/** An organisation's policy that goes inside. */
export interface EmbeddedPolicy extends BakedPolicy {
  /** The module's contents. */
  bytes: Uint8Array
}

/** What stands inside when the build decides nothing. */
export const NO_POLICY = JSON.stringify(UNBAKED)

const Policy = z.strictObject({ mode: z.enum(MODES), allow: z.array(z.string()), locked: z.boolean() })

/**
 * Reads a policy file, all of whose keys are required: what is decided for everyone is to be said in full.
 * @throws Failure that names the key or the entry that is missing, unknown or malformed
 */
export async function embedPolicy(file: string): Promise<EmbeddedPolicy> {
  try {
    const { mode, allow, locked } = Policy.parse(JSON.parse(await readFile(file, "utf8")))
    for (const entry of allow) parseEntry(entry, "allow")
    const policy = { mode, allow, locked }
    return { ...policy, bytes: Buffer.from(JSON.stringify(policy)) }
  } catch (error) {
    throw new Failure({
      what: `${file} is not a policy`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next:
        error instanceof SettingError
          ? error.next
          : 'write { "mode": "opt-in" | "default-on" | "always", "allow": ["llm.corp:443"], "locked": true }',
    })
  }
}
