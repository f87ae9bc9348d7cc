import { openAssets } from "./assets.ts"
import { childModule } from "./children/module.ts"
import { givenConfiguration, startConfiguration } from "./configuration.ts"
import { upstreamsCatalogue } from "./core/catalogue.ts"
import { command, option } from "./core/listing.ts"
import { startCore } from "./core/start.ts"
import { logDenials, logDenialsTo } from "./denials.ts"
import { failed, orFailed } from "./exit-code.ts"
import { label, message, refusal, refusalResponse, refuseRequest, requestRefusal } from "./features.ts"
import { grammar } from "./grammars.ts"
import { load } from "./inside/load.ts"
import { enterKernelMode } from "./kernel/enter.ts"
import { languageServer, missingServer, packageFile } from "./kit.ts"
import { buildLazily, copyLazily } from "./models/lazy.ts"
import { noModel, noModelError, offered } from "./models/offer.ts"
import { findPackage, mayInstall } from "./npm/find.ts"
import { canWrite, npmOptions } from "./npm/options.ts"
import { findProgram } from "./npm/program.ts"
import { onDisk } from "./packages.ts"
import { projectHooks } from "./project/hooks.ts"
import { emptyResponse, goesOn, orWithout, refusalBody, refusalForModel, refusalText } from "./refusals.ts"
import { configSchema, effectConfigSchema } from "./schema.ts"
import { isActive } from "./switch.ts"
import { showRefusals } from "./tell.ts"
import { lastTold } from "./transcript.ts"
import { webUi } from "./web-ui.ts"

/** What upstream's code has to wait for: in the first process of kernel mode, for ever. */
export const launching = isOpenCode() ? enterKernelMode()?.then(startCore) : undefined

// As soon as this module is evaluated: ahead of all upstream code.
if (isOpenCode() && launching === undefined) startCore()

/** A child that is Bun has this module on the git source, whose modules are one; what it needs of it is thread.ts. */
function isOpenCode(): boolean {
  return childModule === undefined
}

const assets = openAssets()

/** All that patched code may call. Patches reach it as an import, on both sources. */
export const Offline = Object.freeze({
  active: isActive,
  option,
  command,
  configSchema,
  effectConfigSchema,
  configuration: Object.freeze({ given: givenConfiguration, start: startConfiguration }),
  label,
  logDenials,
  logDenialsTo,
  refusalText,
  refusalForModel,
  refusalBody,
  goesOn,
  showRefusals: (show: Parameters<typeof showRefusals>[0]) => isActive() && showRefusals(show),
  emptyResponse,
  orWithout,
  failed,
  orFailed,
  lastTold,
  message,
  refusal,
  refusalResponse,
  refuseRequest,
  requestRefusal,
  project: projectHooks,
  packages: Object.freeze({ onDisk, load }),
  upstreamsCatalogue: () => upstreamsCatalogue(),
  npm: Object.freeze({ find: findPackage, mayInstall, options: npmOptions, program: findProgram, canWrite }),
  models: Object.freeze({
    offered,
    none: noModel,
    refusal: noModelError,
    build: buildLazily,
    copy: copyLazily,
  }),
  grammar: (language: Parameters<typeof grammar>[1]) => grammar(assets, language),
  kit: Object.freeze({ server: languageServer, module: packageFile, missing: missingServer }),
  webUi,
})
