import path from "node:path"
import { type Assets, openAssets } from "../assets.ts"
import { message } from "../features.ts"
import { print } from "../print.ts"
import { isActive } from "../switch.ts"
import { type Arguments, isCommand } from "./arguments.ts"

/** The program's name among the assets. */
const ASSET = "rg"
const FILE = process.platform === "win32" ? "rg.exe" : "rg"

/** What programs are looked for in when nothing says it. */
const DEFAULT_PATH = process.platform === "win32" ? "" : "/usr/local/bin:/usr/bin:/bin"

/** Commands that search nothing. One that is missing here costs the time to look for the program. */
const NEVER = new Set("auth completion console db models providers uninstall upgrade".split(" "))

/**
 * Puts the ripgrep that is inside the executable where it can be run, and its folder behind all others of PATH, when PATH
 * has none. When that fails, upstream goes its own way, and a line says so, except on the TUI's screen.
 */
export function provideRipgrep({ bare: [command] }: Arguments, env: NodeJS.ProcessEnv): void {
  if (command !== undefined && NEVER.has(command)) return
  const why = addToPath(env)
  if (why !== undefined && isActive() && isCommand(command) && command !== "attach")
    print("error", `! Searching in files does not work: ${why}\n`)
}

/**
 * Why there is no ripgrep that OpenCode could run; undefined when there is one. PATH may have one more folder then.
 */
export function addToPath(env: NodeJS.ProcessEnv, assets = openAssets()): string | undefined {
  return whyNot(env, assets, () => {
    const folder = path.dirname(assets.executable(ASSET, FILE))
    env.PATH = [env.PATH ?? DEFAULT_PATH, folder].filter(Boolean).join(path.delimiter)
  })
}

/** What {@link addToPath} would say; nothing is put anywhere, and PATH stays. */
export function missesRipgrep(env: NodeJS.ProcessEnv, assets = openAssets()): string | undefined {
  return whyNot(env, assets, () => assets.tryExecutable(ASSET, FILE))
}

function whyNot({ PATH = "" }: NodeJS.ProcessEnv, assets: Assets, put: () => void): string | undefined {
  if (Bun.which("rg", { PATH })) return undefined
  if (!assets.has(ASSET)) return message("ripgrep")
  try {
    put()
  } catch (error) {
    return (error as Error).message
  }
}
