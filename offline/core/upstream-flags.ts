import { canonicalHost } from "../policy/host.ts"
import { DEFAULT_PORTS, judge, type Policy } from "../policy.ts"
import { parseUrl } from "../primordials.ts"

/**
 * Upstream's switches for features that connect. The ones for local features stay as the user set them, and so does
 * OPENCODE_DISABLE_DEFAULT_PLUGINS: those plugins are in upstream's code, nothing is installed for them, and they are what
 * signs in to GitHub Copilot, ChatGPT and others, where the policy allows their hosts.
 */
const SET = [
  "OPENCODE_DISABLE_AUTOUPDATE",
  "OPENCODE_DISABLE_LSP_DOWNLOAD",
  "OPENCODE_DISABLE_MODELS_FETCH",
  "OPENCODE_DISABLE_SHARE",
]

/** Switches that turn on what connects, and those that have the web UI come from a server. */
const UNSET = [
  "OPENCODE_ALWAYS_NOTIFY_UPDATE",
  "OPENCODE_AUTO_SHARE",
  "OPENCODE_DISABLE_EMBEDDED_WEB_UI",
  "OPENCODE_ENABLE_EXA",
  "OPENCODE_ENABLE_PARALLEL",
  "OPENCODE_EXPERIMENTAL",
  "OPENCODE_EXPERIMENTAL_EXA",
  "OPENCODE_EXPERIMENTAL_PARALLEL",
  "OPENCODE_WEBSEARCH_PROVIDER",
]

/** Where telemetry goes, when the user wants any. */
const TELEMETRY = ["", "_LOGS", "_METRICS", "_TRACES"].map((kind) => `OTEL_EXPORTER_OTLP${kind}_ENDPOINT`)

/** npm's setting, as it finds it in the environment. */
const RETRIES = "npm_config_fetch_retries"

/**
 * Makes the environment say offline: to upstream's code, which reads its flags at import, and to children.
 * @param policy what may be connected to
 */
export function implyUpstreamFlags(env: NodeJS.ProcessEnv, policy: Policy): void {
  env.OPENCODE_OFFLINE = "1"
  for (const name of SET) env[name] = "1"
  for (const name of UNSET) delete env[name]
  for (const name of TELEMETRY) if (!mayConnect(env[name], policy)) delete env[name]
  // The npm code inside OpenCode asks again when it is refused, after 10 and after 60 seconds, and sessions wait for it.
  // Children inherit this; who needs npm to try again sets it.
  if (!Object.keys(env).some((name) => name.toLowerCase() === RETRIES)) env[RETRIES] = "0"
}

function mayConnect(address: string | undefined, policy: Policy): boolean {
  const url = address ? parseUrl(address) : undefined
  const host = url?.hostname ? canonicalHost(url.hostname) : undefined
  return url && host ? judge(policy, host, Number(url.port || DEFAULT_PORTS[url.protocol])).allowed : false
}
