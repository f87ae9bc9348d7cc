import { bunObject } from "../guard/builtin.ts"
import { CONFIGURED } from "../inside/configuration.ts"
import { loadConfigured } from "../inside/provide.ts"

/**
 * Has the tools and plugins of configuration folders import from inside the executable what upstream would install beside
 * them: for this thread, from now on. Until one is loaded nothing is read.
 */
export function provideConfigurationImports(): void {
  const bun = bunObject() as Pick<typeof Bun, "plugin"> | undefined
  bun?.plugin({
    name: "opencode-offline configuration",
    setup: (build) => void build.onLoad({ filter: CONFIGURED }, ({ path }) => loadConfigured(path)),
  })
}
