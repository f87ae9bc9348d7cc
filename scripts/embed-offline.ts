import { join } from "node:path"
import type { Plugin } from "esbuild"
import { moduleText } from "../offline/build/module-text.ts"
import type { Embedded } from "../offline/embedded.ts"
import { bundleModule } from "./lib/bundle-module.ts"
import { lazyBuiltins } from "./lib/lazy-builtins.ts"

/** The names under which our own modules stand in the executable. */
export const OFFLINE_MODULE = "/$bunfs/root/offline.js"
export const WEB_UI_MODULE = "/$bunfs/root/offline-web-ui.pack"
export const CATALOGUE_MODULE = "/$bunfs/root/offline-models.json"
export const POLICY_MODULE = "/$bunfs/root/offline-policy.json"

const NAMES: Embedded = {
  source: "release",
  webUi: WEB_UI_MODULE,
  models: CATALOGUE_MODULE,
  policy: POLICY_MODULE,
}

/** Makes offline/ the one module that runs ahead of OpenCode's own code. */
export function embedOffline(plugins: Plugin[] = []): Promise<string> {
  const entry = join(import.meta.dirname, "../offline/index.ts")
  return bundleModule(entry, [lazyBuiltins, names, ...plugins])
}

const names: Plugin = {
  name: "names",
  setup({ onLoad }) {
    onLoad({ filter: /offline\/embedded\.ts$/ }, () => ({ contents: moduleText(NAMES), loader: "ts" }))
  },
}
