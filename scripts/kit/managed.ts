import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { BuildRecord } from "../record/build-record.ts"
import { type KitFile, kitFile } from "./kit-file.ts"

/** The policy of a kit that was given none. */
const OWN_POLICY = join(import.meta.dirname, "../../kit/policy.json")

/** Upstream writes it into a configuration that has none. It is compared and never fetched. */
const SCHEMA = "https://opencode.ai/config.json"

/**
 * The configuration that `install.sh --system` puts into /etc/opencode. It decides nothing, unless the kit was given a policy:
 * then it says that again, and so it holds for every OpenCode of this project on the machine.
 */
export async function managedFile(folder: string, { policy }: Pick<BuildRecord, "policy">): Promise<KitFile> {
  const isGiven =
    policy !== undefined && !Bun.deepEquals(policy, JSON.parse(await readFile(OWN_POLICY, "utf8")))
  const configuration = { $schema: SCHEMA, ...(isGiven && { offline: policy }) }
  return kitFile(`${folder}/managed.json`, `${JSON.stringify(configuration, null, 2)}\n`)
}
