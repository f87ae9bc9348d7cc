import { readBakedPolicy } from "./baked.ts"
import { userConfigFile } from "./config-files.ts"
import { embedded } from "./embedded.ts"
import { isMainThread, NOTHING, type Resolved } from "./handover.ts"
import { environmentSaysOn, resolve } from "./resolve.ts"
import { stateFolder } from "./state-folder.ts"

/**
 * Resolves the switch and the policy from all that this process was started with. A worker that nothing was handed to
 * is off, as the main thread is, unless the environment says otherwise.
 * @throws SettingError when a setting cannot be understood
 */
export function findResolution(): Resolved {
  found ??= find()
  return found
}

let found: Resolved | undefined

function find(): Resolved {
  if (!isMainThread() && !environmentSaysOn(process.env)) return NOTHING
  const baked = readBakedPolicy()
  const resolution = resolve({ words: process.argv.slice(2), env: process.env, cwd: process.cwd(), baked })
  if (resolution.origin === undefined) return { ...resolution, userConfig: "", baked }
  const state = embedded.backgroundServer ? stateFolder(resolution, process.env) : undefined
  return { ...resolution, userConfig: userConfigFile(process.env), baked, state }
}
