/** Upstream's switches for features that connect. The ones for local features stay as the user set them. */
const SET = [
  "OPENCODE_DISABLE_AUTOUPDATE",
  "OPENCODE_DISABLE_DEFAULT_PLUGINS",
  "OPENCODE_DISABLE_LSP_DOWNLOAD",
  "OPENCODE_DISABLE_MODELS_FETCH",
  "OPENCODE_DISABLE_SHARE",
]

/** Switches that turn on what connects. */
const UNSET = [
  "OPENCODE_ALWAYS_NOTIFY_UPDATE",
  "OPENCODE_AUTO_SHARE",
  "OPENCODE_ENABLE_EXA",
  "OPENCODE_EXPERIMENTAL_EXA",
]

/** Makes the environment say offline: to upstream's code, which reads its flags at import, and to children. */
export function implyUpstreamFlags(env: NodeJS.ProcessEnv): void {
  env.OPENCODE_OFFLINE = "1"
  for (const name of SET) env[name] = "1"
  for (const name of UNSET) delete env[name]
}
