import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { CliTable } from "../../offline/embedded.ts"
import { type Executable, takeApart } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import { PATCH_SET } from "../lib/patch-set.ts"
import type { Pin } from "../pins/pin.ts"
import { runBun } from "../upstream/git/run-bun.ts"
import { PACKAGE } from "../upstream/git/typescript-tree.ts"
import type { Inputs } from "./acquire-inputs.ts"
import type { PatchedCheckout } from "./from-commit.ts"

/** What upstream's build script made; it lies in the checkout. */
export type Compiled = Pick<Executable, "graph" | "runtime">

/** Nothing listens there: whatever the scripts would fetch fails at once. */
const NOWHERE = "http://127.0.0.1:9/"

/**
 * Runs upstream's own build script in the patched checkout, for this platform, with the pinned Bun and without a network.
 * The model catalogue is the pin's, out of upstream's executable of the same version, or the one of `--models`.
 * @throws Failure when it fails, or leaves another number of executables than one
 */
export async function compileTree(
  checkout: PatchedCheckout,
  { pin, inputs, catalogue: models, cli }: { pin: Pin; inputs: Inputs; catalogue: Uint8Array; cli: CliTable },
  step: Step,
): Promise<Compiled> {
  const home = join(checkout.root, "../home")
  await mkdir(home, { recursive: true })
  const catalogue = join(home, "models.json")
  await writeFile(catalogue, models)
  const cwd = join(checkout.root, PACKAGE)
  const { ok, tail } = await runBun(["run", "script/build.ts", "--single", "--skip-install"], {
    bun: inputs.bun,
    cwd,
    home,
    env: {
      OPENCODE_VERSION: pin.version,
      OPENCODE_CHANNEL: "latest",
      MODELS_DEV_API_JSON: catalogue,
      OPENCODE_OFFLINE_COMMIT: checkout.commit.commit,
      OPENCODE_OFFLINE_PATCH_SET: PATCH_SET,
      OPENCODE_OFFLINE_CLI: JSON.stringify(cli),
      // The script may run what it has compiled.
      OPENCODE_OFFLINE: "1",
      HTTP_PROXY: NOWHERE,
      HTTPS_PROXY: NOWHERE,
    },
    onLine: step.update,
  })
  if (!ok) throw notCompiled(tail)
  const { graph, runtime } = await takeApart(await findExecutable(cwd), inputs.bun)
  step.result(`by upstream's script/build.ts, with Bun ${pin.bun.version}, ${graph.modules.length} modules`)
  return { graph, runtime }
}

async function findExecutable(cwd: string): Promise<string> {
  const found = await Array.fromAsync(new Bun.Glob("dist/*/bin/opencode").scan({ cwd }))
  if (found.length === 1) return join(cwd, found[0]!)
  throw new Failure({
    what: `Upstream's build script left ${found.length} executables, not one`,
    why: `in ${PACKAGE}/dist there is ${found.join(", ") || "none"}`,
    next: "compare upstream's script/build.ts with scripts/build/compile-tree.ts",
  })
}

function notCompiled(tail: string): Failure {
  return new Failure({
    what: "Upstream's build script failed",
    why: `bun run script/build.ts --single, in ${PACKAGE}, ended with:\n        ${tail}`,
    next: "if it asks for the network, or for another Bun, the pin and scripts/build/compile-tree.ts have to say so; else mend the patch that is named",
  })
}
