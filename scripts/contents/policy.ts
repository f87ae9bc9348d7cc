import { readFile } from "node:fs/promises"
import { getNodeValue, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser"
import { type BakedPolicy, completePolicy, UNBAKED } from "../../offline/baked.ts"
import { repeatedKey } from "../../offline/config-text.ts"
import { SettingError } from "../../offline/error.ts"
import { KEYS, type PolicyKeys } from "../../offline/policy/keys.ts"
import { parseEntry } from "../../offline/policy/read-entry.ts"
import { Failure } from "../lib/errors.ts"

/** An organisation's policy that goes inside. */
export interface EmbeddedPolicy {
  keys: BakedPolicy
  /** The module's contents. */
  bytes: Uint8Array
}

/** What stands inside when the build decides nothing. */
export const NO_POLICY = JSON.stringify(UNBAKED)

/**
 * Reads a policy file. Its keys are those of a managed one (offline/policy/keys.ts); `mode`, `allow` and `locked` must be
 * there, as what is decided for everyone is to be said in full.
 * @throws Failure that names the key or the entry that is missing, unknown, malformed or there twice
 */
export async function embedPolicy(file: string): Promise<EmbeddedPolicy> {
  try {
    const said = completePolicy(parse(await readFile(file, "utf8")), "the file")
    for (const entry of said.allow) parseEntry(entry, "allow")
    const keys = inOrder(said)
    return { keys, bytes: Buffer.from(JSON.stringify(keys)) }
  } catch (error) {
    throw new Failure({
      what: `${file} is not a policy`,
      why: (error as Error).message,
      next: error instanceof SettingError ? error.next : "write a policy as docs/policy.md has it",
    })
  }
}

/** All that it says, whatever the order in the file. */
function inOrder(said: BakedPolicy): BakedPolicy {
  const names = Object.keys(KEYS) as (keyof PolicyKeys)[]
  return Object.fromEntries(
    names.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]]])),
  ) as unknown as BakedPolicy
}

/** JSON, in which no key stands twice: the last would count, and a reader may have seen the first. */
function parse(text: string): unknown {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { disallowComments: true })
  if (errors[0]) throw new Error(`it is no JSON: ${printParseErrorCode(errors[0].error)}`)
  if (!root) throw new Error("it is no JSON: it is empty")
  const repeated = repeatedKey(root)
  if (repeated !== undefined) throw new Error(`it has the key "${repeated}" twice`)
  return getNodeValue(root)
}
