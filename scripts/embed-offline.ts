import { join } from "node:path"
import { bundleModule } from "./lib/bundle-module.ts"

/** The names under which our own modules stand in the executable. */
export const OFFLINE_MODULE = "/$bunfs/root/offline.js"
export const WEB_UI_MODULE = "/$bunfs/root/offline-web-ui.pack"
export const CATALOGUE_MODULE = "/$bunfs/root/offline-models.json"
export const POLICY_MODULE = "/$bunfs/root/offline-policy.json"

/** Makes offline/ the one module that runs ahead of OpenCode's own code. */
export function embedOffline(): Promise<string> {
  return bundleModule(join(import.meta.dirname, "../offline/index.ts"))
}
