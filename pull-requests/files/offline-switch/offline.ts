/** The flags that OPENCODE_OFFLINE stands for. Each keeps working alone, and one that is set keeps its value. */
export const OFFLINE_FLAGS = [
  "OPENCODE_DISABLE_AUTOUPDATE",
  "OPENCODE_DISABLE_HOSTED",
  "OPENCODE_DISABLE_LSP_DOWNLOAD",
  "OPENCODE_DISABLE_MODELS_FETCH",
  "OPENCODE_DISABLE_INSTALL",
  "OPENCODE_DISABLE_PARSER_FETCH",
  "OPENCODE_DISABLE_RIPGREP_DOWNLOAD",
  "OPENCODE_DISABLE_SHARE",
]

/** Sets them where OPENCODE_OFFLINE is on, for this process and its children. */
export function applyOffline(env: Record<string, string | undefined>) {
  if (!["1", "true"].includes(env.OPENCODE_OFFLINE?.toLowerCase() ?? "")) return
  for (const name of OFFLINE_FLAGS) env[name] ??= "1"
}

applyOffline(process.env)
