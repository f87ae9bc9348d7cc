import { join } from "node:path"
import type { Plugin } from "esbuild"
import type { Embedded } from "../../offline/embedded.ts"
import { bundleModules } from "./bundle-module.ts"
import { lazyBuiltins } from "./lazy-builtins.ts"

/** The names under which our own modules stand in the executable. */
export const OFFLINE_MODULE = "/$bunfs/root/offline/index.js"
/** The part of it that a worker, and a child that is Bun, runs first. */
export const GUARD_MODULE = "/$bunfs/root/offline/guard.js"
/** The offline module of an executable from the git source: `offline/build/embed.ts` names it. */
export const GIT_OFFLINE_MODULE = "/$bunfs/root/src/offline/index.js"
export const WEB_UI_MODULE = "/$bunfs/root/offline-web-ui.pack"
export const CATALOGUE_MODULE = "/$bunfs/root/offline-models.json"
export const POLICY_MODULE = "/$bunfs/root/offline-policy.json"

/**
 * Makes offline/ the modules that run ahead of OpenCode's own code.
 * @param embedded what they cannot know by themselves
 * @returns their contents, ASCII text, by the names under which they stand in the executable
 */
export async function embedOffline(
  embedded: Embedded,
  plugins: Plugin[] = [],
): Promise<Record<string, string>> {
  const folder = join(import.meta.dirname, "../../offline")
  const entries = { index: join(folder, "index.ts"), thread: join(folder, "thread.ts") }
  const { index, guard } = await bundleModules(entries, {
    shared: "guard",
    plugins: [lazyBuiltins, nameEmbedded(embedded), ...plugins],
  })
  // All of `thread` is in `guard`, which can therefore stand in its place.
  return { [OFFLINE_MODULE]: index!, [GUARD_MODULE]: guard! }
}

const nameEmbedded = (embedded: Embedded): Plugin => ({
  name: "name-embedded",
  setup({ onLoad }) {
    const contents = `export const embedded = ${JSON.stringify(embedded)}\n`
    onLoad({ filter: /offline\/embedded\.ts$/ }, () => ({ contents, loader: "ts" }))
  },
})
