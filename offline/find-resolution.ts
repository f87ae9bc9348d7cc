import { type BakedPolicy, readBakedPolicy } from "./baked.ts"
import { userConfigFile } from "./config-files.ts"
import { configurationInside } from "./configuration.ts"
import { embedded } from "./embedded.ts"
import { isMainThread, NOTHING, parents, type Resolved, tightened } from "./handover.ts"
import { environmentSaysOn, type Resolution, resolve } from "./resolve.ts"
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
  const resolution = resolveAsChild(parents(), baked)
  if (resolution.origin === undefined) return { ...resolution, userConfig: "", baked }
  const state = embedded.backgroundServer ? stateFolder(resolution, process.env) : undefined
  return { ...resolution, userConfig: userConfigFile(process.env), baked, state }
}

/** Under a parent that is offline, nothing that is said here is off, or allows what the parent may not connect to. */
function resolveAsChild(parent: ReturnType<typeof parents>, baked: BakedPolicy): Resolution {
  const from = { words: process.argv.slice(2), cwd: process.cwd(), baked, inside: configurationInside() }
  const own = resolve({ ...from, env: process.env })
  if (!parent) return own
  const on =
    own.origin === undefined ? resolve({ ...from, env: { ...process.env, OPENCODE_OFFLINE: "1" } }) : own
  return tightened({ ...on, origin: own.origin ?? parent.origin }, parent)
}
