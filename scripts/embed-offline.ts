import { build } from "esbuild"
import { Failure } from "./lib/errors.ts"

/** The names under which our own modules stand in the executable. */
export const OFFLINE_MODULE = "/$bunfs/root/offline.js"
export const WEB_UI_MODULE = "/$bunfs/root/offline-web-ui.pack"
export const CATALOGUE_MODULE = "/$bunfs/root/offline-models.json"

/**
 * Bundles offline/ into the one module that runs ahead of OpenCode's own code.
 * @returns ASCII text that starts with the pragma by which Bun knows a module that needs no transpiling
 */
export async function embedOffline(): Promise<string> {
  const result = await build({
    entryPoints: [new URL("../offline/index.ts", import.meta.url).pathname],
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
  })
  const text = `// @bun\n${result.outputFiles[0]!.text}`
  if (/[^\n\r\t\x20-\x7e]/.test(text)) {
    throw new Failure({
      what: "The bundle of offline/ is not ASCII",
      why: "a module of the executable is stored as Latin-1, so any other text would be read wrongly",
      next: "write the character as an escape in offline/",
    })
  }
  return text
}
