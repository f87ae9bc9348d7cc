import { join } from "node:path"
import type { Plugin } from "esbuild"
import type { Embedded } from "../offline/embedded.ts"
import { bundleModule } from "./lib/bundle-module.ts"
import { lazyBuiltins } from "./lib/lazy-builtins.ts"

/** The names under which our own modules stand in the executable. */
export const OFFLINE_MODULE = "/$bunfs/root/offline.js"
/** The offline module of an executable from the git source: `offline/build/embed.ts` names it. */
export const GIT_OFFLINE_MODULE = "/$bunfs/root/src/offline/index.js"
export const WEB_UI_MODULE = "/$bunfs/root/offline-web-ui.pack"
export const CATALOGUE_MODULE = "/$bunfs/root/offline-models.json"
export const POLICY_MODULE = "/$bunfs/root/offline-policy.json"

const EMBEDDED: Embedded = { source: "release", webUi: WEB_UI_MODULE }

/** Makes offline/ the one module that runs ahead of OpenCode's own code. */
export function embedOffline(plugins: Plugin[] = []): Promise<string> {
  const entry = join(import.meta.dirname, "../offline/index.ts")
  return bundleModule(entry, [lazyBuiltins, nameEmbedded, ...plugins])
}

const nameEmbedded: Plugin = {
  name: "name-embedded",
  setup({ onLoad }) {
    const contents = `export const embedded = ${JSON.stringify(EMBEDDED)}\n`
    onLoad({ filter: /offline\/embedded\.ts$/ }, () => ({ contents, loader: "ts" }))
  },
}
