import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { PatchedCheckout } from "./commit-patches.ts"
import { type EmbeddedModels, embedModels } from "./embed-models.ts"
import { type EmbeddedPolicy, embedPolicy } from "./embed-policy.ts"
import { Failure } from "./lib/errors.ts"
import { runBun } from "./lib/git/run-bun.ts"
import type { Step } from "./lib/log.ts"
import { PACKAGE } from "./lib/series/git-tree.ts"
import type { BuildOptions } from "./read-options.ts"
import type { Stock } from "./read-stock.ts"

/** What upstream's build script made. */
export interface Compiled {
  /** The executable's path. */
  executable: string
  models: EmbeddedModels
  /** undefined without `--policy`. */
  policy: EmbeddedPolicy | undefined
}

/** Nothing listens there: whatever the scripts would fetch fails at once. */
const NOWHERE = "http://127.0.0.1:9/"

/**
 * Runs upstream's own build script in the patched checkout, for this platform, with the pinned Bun and without a network.
 * The model catalogue is the pin's, out of upstream's executable of the same version, or the one of `--models`.
 * @throws Failure when it fails, or leaves another number of executables than one
 */
export async function compileTree(
  checkout: PatchedCheckout,
  stock: Stock,
  options: BuildOptions,
  step: Step,
): Promise<Compiled> {
  const models = await embedModels(options, stock, options.cache)
  const policy = options.policy === undefined ? undefined : await embedPolicy(options.policy)
  const given = join(checkout.root, "../given")
  await mkdir(given, { recursive: true })
  const write = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(given, name), bytes)
    return join(given, name)
  }
  const cwd = join(checkout.root, PACKAGE)
  const { ok, tail } = await runBun(["run", "script/build.ts", "--single", "--skip-install"], {
    bun: stock.inputs.bun,
    cwd,
    home: given,
    env: {
      OPENCODE_VERSION: stock.inputs.pin.version,
      OPENCODE_CHANNEL: "latest",
      MODELS_DEV_API_JSON: await write("models.json", models.bytes),
      OPENCODE_OFFLINE_COMMIT: checkout.commit.commit,
      ...(policy && { OPENCODE_OFFLINE_POLICY: await write("offline-policy.json", policy.bytes) }),
      // The script may run what it has compiled.
      OPENCODE_OFFLINE: "1",
      HTTP_PROXY: NOWHERE,
      HTTPS_PROXY: NOWHERE,
    },
    onLine: step.update,
  })
  if (!ok) throw notCompiled(tail)
  const executable = await findExecutable(cwd)
  step.result(`by upstream's script/build.ts, with Bun ${stock.inputs.pin.bun.version}`)
  return { executable, models, policy }
}

async function findExecutable(cwd: string): Promise<string> {
  const found = await Array.fromAsync(new Bun.Glob("dist/*/bin/opencode").scan({ cwd }))
  if (found.length === 1) return join(cwd, found[0]!)
  throw new Failure({
    what: `Upstream's build script left ${found.length} executables, not one`,
    why: `in ${PACKAGE}/dist there is ${found.join(", ") || "none"}`,
    next: "compare upstream's script/build.ts with scripts/compile-tree.ts",
  })
}

function notCompiled(tail: string): Failure {
  return new Failure({
    what: "Upstream's build script failed",
    why: `bun run script/build.ts --single, in ${PACKAGE}, ended with:\n        ${tail}`,
    next: "if it asks for the network, or for another Bun, the pin and scripts/compile-tree.ts have to say so; else mend the patch that is named",
  })
}
