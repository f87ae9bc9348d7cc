import { build, type Plugin } from "esbuild"
import { Failure } from "./errors.ts"

/**
 * Bundles TypeScript and what it imports into one module that an executable can hold.
 * @param entry path of the file that is evaluated
 * @returns ASCII text that starts with the pragma by which Bun knows a module that needs no transpiling
 * @throws Failure when the text is not ASCII; esbuild's error when it cannot be bundled
 */
export async function bundleModule(entry: string, plugins: Plugin[] = []): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
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
  const text = `// @bun\n${result.outputFiles[0]!.text}`
  if (/[^\n\r\t\x20-\x7e]/.test(text)) {
    throw new Failure({
      what: `The bundle of ${entry} is not ASCII`,
      why: "a module of the executable is stored as Latin-1, so any other text would be read wrongly",
      next: "write the character as an escape",
    })
  }
  return text
}
