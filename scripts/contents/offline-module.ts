import { join } from "node:path"
import type { Plugin } from "esbuild"
import type { Embedded } from "../../offline/embedded.ts"
import type { ModuleNames } from "../../offline/modules.ts"
import { PATCH_SET } from "../lib/patch-set.ts"
import { bundleModule, bundleModules } from "./bundle-module.ts"
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
  const kernel = (name: string) => bundleModule(join(folder, "kernel", `${name}.ts`), plugins)
  const hasKernel = embedded.kernel !== false
  const [{ index, guard }, launch, supervisor] = await Promise.all([
    bundleModules(entries, {
      shared: "guard",
      plugins: [lazyBuiltins, nameEmbedded({ kernel: true, patchSet: PATCH_SET, ...embedded }), ...plugins],
    }),
    hasKernel && kernel("launch"),
    hasKernel && kernel("supervise"),
  ])
  return {
    [names.start]: startText(names),
    [names.index]: index!,
    // All of `thread` is in `guard`, which can therefore stand in its place.
    [names.guard]: guard!,
    ...(launch && supervisor && { [names.launch]: launch, [names.supervisor]: supervisor }),
  }
}

/** Apart from `index`, which upstream's code imports: what waits makes all that imports it wait. */
function startText({ index }: ModuleNames): string {
  return `// @bun
import { launching } from ${JSON.stringify(index)};
if (launching) await launching;
`
}

function nameEmbedded(embedded: Embedded): Plugin {
  const contents = `export const embedded = Object.freeze(${JSON.stringify(embedded)})\n`
  return {
    name: "name-embedded",
    setup: ({ onLoad }) => onLoad({ filter: /offline\/embedded\.ts$/ }, () => ({ contents, loader: "ts" })),
  }
}
