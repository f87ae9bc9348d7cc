import { join } from "node:path"
import type { Plugin } from "esbuild"
import type { Embedded } from "../../offline/embedded.ts"
import type { ModuleNames } from "../../offline/modules.ts"
import { bundleModules } from "./bundle-module.ts"
import { lazyBuiltins } from "./lazy-builtins.ts"
import { NAMES } from "./names.ts"

/**
 * Makes offline/ the modules that run ahead of OpenCode's own code.
 * @param embedded what they cannot know by themselves
 * @returns their contents, ASCII text, by the names under which they stand in the executable
 */
export async function embedOffline(
  embedded: Embedded = {},
  plugins: Plugin[] = [],
  names: ModuleNames = NAMES,
): Promise<Record<string, string>> {
  const folder = join(import.meta.dirname, "../../offline")
  const entries = { index: join(folder, "index.ts"), thread: join(folder, "thread.ts") }
  const { index, guard } = await bundleModules(entries, {
    shared: "guard",
    plugins: [lazyBuiltins, nameEmbedded(embedded), ...plugins],
  })
  // All of `thread` is in `guard`, which can therefore stand in its place.
  return { [names.index]: index!, [names.guard]: guard! }
}

function nameEmbedded(embedded: Embedded): Plugin {
  const contents = `export const embedded = ${JSON.stringify(embedded)}\n`
  return {
    name: "name-embedded",
    setup: ({ onLoad }) => onLoad({ filter: /offline\/embedded\.ts$/ }, () => ({ contents, loader: "ts" })),
  }
}
