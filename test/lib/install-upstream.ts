import { join } from "node:path"
import { INSTALL } from "../../scripts/build/install-dependencies.ts"
import { defaultCache } from "../../scripts/lib/npm/cache.ts"
import { loadNpmOptions } from "../../scripts/lib/npm/config.ts"
import { proxyVariables, writeNpmHome } from "../../scripts/lib/npm/npmrc.ts"
import { runBun } from "../../scripts/upstream/git/run-bun.ts"

/** Installs the dependencies of a checkout of a stand-in, from this machine's cache where that has them. */
export async function installUpstream(
  root: string,
  { bun, home }: { bun: string; home: string },
): Promise<void> {
  const npm = await loadNpmOptions(join(import.meta.dirname, "../.."))
  await writeNpmHome(home, npm)
  const env = { ...proxyVariables(npm), BUN_INSTALL_CACHE_DIR: join(defaultCache(), "bun") }
  const { ok, tail } = await runBun(INSTALL, { bun, cwd: root, home, env, onLine: () => {} })
  if (!ok) throw new Error(tail)
}
