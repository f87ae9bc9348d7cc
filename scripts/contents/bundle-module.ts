import { basename } from "node:path"
import { build, type Plugin } from "esbuild"
import { Failure } from "../lib/errors.ts"

/**
 * Bundles TypeScript and what it imports into one module that an executable can hold.
 * @param entry path of the file that is evaluated
 * @returns ASCII text that starts with the pragma by which Bun knows a module that needs no transpiling
 * @throws Failure when the text is not ASCII; esbuild's error when it cannot be bundled
 */
export async function bundleModule(entry: string, plugins: Plugin[] = []): Promise<string> {
  const { main } = await bundleModules({ main: entry }, { plugins })
  return main!
}

/**
 * Bundles several modules. What they have in common is one more, which the others import from beside them.
 * @param entries paths by the modules' names
 * @param options `shared` names the one more
 * @returns texts by the modules' names, as {@link bundleModule} gives them
 * @throws as {@link bundleModule}
 */
export async function bundleModules(
  entries: Record<string, string>,
  { shared = "shared", plugins = [] }: { shared?: string; plugins?: Plugin[] },
): Promise<Record<string, string>> {
  const result = await build({
    entryPoints: entries,
    bundle: true,
    // The names of files stand in the text, as seen from here: with node_modules elsewhere, they would be others.
    preserveSymlinks: true,
    splitting: true,
    outdir: "modules",
    chunkNames: shared,
    write: false,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    target: "esnext",
    external: ["bun", "bun:*"],
    charset: "ascii",
    legalComments: "none",
    logLevel: "silent",
    plugins,
  })
  return Object.fromEntries(
    result.outputFiles.map(({ path, text }) => [basename(path, ".js"), withPragma(text, path)]),
  )
}

function withPragma(text: string, path: string): string {
  if (!/[^\n\r\t\x20-\x7e]/.test(text)) return `// @bun\n${text}`
  throw new Failure({
    what: `The bundle ${basename(path)} is not ASCII`,
    why: "a module of the executable is stored as Latin-1, so any other text would be read wrongly",
    next: "write the character as an escape",
  })
}
