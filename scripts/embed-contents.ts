import { type EmbeddedModels, embedModels } from "./embed-models.ts"
import { embedOffline } from "./embed-offline.ts"
import { type EmbeddedPackages, embedPackages } from "./embed-packages.ts"
import { type EmbeddedPolicy, embedPolicy } from "./embed-policy.ts"
import { embedWebUi } from "./embed-web-ui.ts"
import { formatBytes, type Step } from "./lib/log.ts"
import { selectExtra } from "./read-extra.ts"
import type { BuildOptions } from "./read-options.ts"
import type { Stock } from "./read-stock.ts"

/** What is added to the executable. */
export interface Embedded {
  /** The offline module, ASCII text. */
  offline: string
  webUi: { pack: Uint8Array; files: number; rawBytes: number }
  models: EmbeddedModels
  /** undefined without `--policy`. */
  policy: EmbeddedPolicy | undefined
  packages: EmbeddedPackages
}

export async function embedContents(stock: Stock, options: BuildOptions, step: Step): Promise<Embedded> {
  const { pin, webUi: acquireWebUi } = stock.inputs
  const [offline, webUi, models, policy, packages] = await Promise.all([
    embedOffline(),
    embedWebUi(acquireWebUi, pin.webUi.executable.sha512, options.cache),
    embedModels(options.models, stock, options.cache),
    options.policy === undefined ? undefined : embedPolicy(options.policy),
    embedPackages([...(await selectExtra(options.with)), pin.plugin], { cache: options.cache }),
  ])
  const parts = [
    `web UI ${webUi.files} files, ${formatBytes(webUi.pack.length)}`,
    `offline ${formatBytes(offline.length)}`,
    `models ${formatBytes(models.bytes.length)}`,
    ...packages.packages.map(({ root, module }) => `${root.name} ${formatBytes(module.bytes.length)}`),
    ...(policy ? [`policy ${policy.mode}${policy.locked ? ", locked" : ""}`] : []),
  ]
  step.result(parts.join(", "))
  return { offline, webUi, models, policy, packages }
}
