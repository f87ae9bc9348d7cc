import { join } from "node:path"
import type { Plugin } from "esbuild"
import { bundleModule } from "./lib/bundle-module.ts"
import { lazyBuiltins } from "./lib/lazy-builtins.ts"

/** The names under which our own modules stand in the executable. */
export const OFFLINE_MODULE = "/$bunfs/root/offline.js"
export const WEB_UI_MODULE = "/$bunfs/root/offline-web-ui.pack"
export const CATALOGUE_MODULE = "/$bunfs/root/offline-models.json"
export const POLICY_MODULE = "/$bunfs/root/offline-policy.json"

/** Makes offline/ the one module that runs ahead of OpenCode's own code. */
export function embedOffline(plugins: Plugin[] = []): Promise<string> {
  return bundleModule(join(import.meta.dirname, "../offline/index.ts"), [lazyBuiltins, ...plugins])
}
