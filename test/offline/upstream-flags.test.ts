import { expect, test } from "bun:test"
import { implyUpstreamFlags } from "../../offline/upstream-flags.ts"

test("switches for what connects are set, those that turn it on are taken away, and the rest stays", () => {
  const local = {
    OPENCODE_DISABLE_PRUNE: "1",
    OPENCODE_EXPERIMENTAL: "1",
    OPENCODE_MODELS_PATH: "/m.json",
    HOME: "/h",
  }
  const env: Record<string, string> = {
    ...local,
    OPENCODE_OFFLINE: "yes",
    OPENCODE_ENABLE_EXA: "1",
    OPENCODE_EXPERIMENTAL_EXA: "1",
    OPENCODE_AUTO_SHARE: "1",
    OPENCODE_ALWAYS_NOTIFY_UPDATE: "1",
  }
  implyUpstreamFlags(env)
  expect(env).toEqual({
    ...local,
    OPENCODE_OFFLINE: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_SHARE: "1",
  })
})
