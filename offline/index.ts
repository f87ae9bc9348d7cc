import { openAssets } from "./assets.ts"
import { command, version } from "./command.ts"
import { logDenials } from "./denials.ts"
import { hidePreload } from "./exec-arguments.ts"
import { announce, label, message, refusal, refuseCommand, refuseRequest, warn } from "./features.ts"
import { findResolution } from "./find-resolution.ts"
import { grammar } from "./grammars.ts"
import { load } from "./inside/load.ts"
import * as kit from "./kit.ts"
import { catalogue, fetchDisabled, refuseRefresh } from "./models.ts"
import { child, onDisk } from "./packages.ts"
import { orWithout, refusalText } from "./refusals.ts"
import { ripgrep } from "./ripgrep.ts"
import { configSchema } from "./schema.ts"
import { isActive, option, start } from "./switch.ts"
import { PRELOAD } from "./thread.ts"
import { webUi } from "./web-ui.ts"

// The switch is resolved, and the guard stands, as soon as this module is evaluated: ahead of all upstream code.
start(findResolution, PRELOAD)
hidePreload()

const assets = openAssets()

/** All that patched code may call. Patches reach it as an import, on both sources. */
export const Offline = Object.freeze({
  active: isActive,
  option,
  command,
  configSchema,
  label,
  version,
  logDenials,
  refusalText,
  orWithout,
  announce,
  message,
  warn,
  refusal,
  refuseCommand,
  refuseRequest,
  models: Object.freeze({ catalogue, fetchDisabled, refuseRefresh }),
  packages: Object.freeze({ onDisk, child, load }),
  ripgrep: () => ripgrep(assets),
  grammar: (language: Parameters<typeof grammar>[1]) => grammar(assets, language),
  kit: Object.freeze({ server: kit.server, module: kit.module }),
  webUi,
})
