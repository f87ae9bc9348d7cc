import { access } from "node:fs/promises"
import { join } from "node:path"
import type { Form } from "../../patching/patch.ts"

/** Where the newest 1.x declares its flags; 1.3 has no package of that name. */
const FLAGS = "packages/core/src/flag/flag.ts"

/** In which form of TypeScript a checkout of upstream's is. What is of neither has no places for the patches of either. */
export async function readForm(root: string): Promise<Form> {
  return access(join(root, FLAGS)).then(
    () => "effect",
    () => "source",
  )
}
