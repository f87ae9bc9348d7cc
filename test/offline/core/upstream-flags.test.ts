import { expect, test } from "bun:test"
import { implyUpstreamFlags } from "../../../offline/core/upstream-flags.ts"
import { createPolicy } from "../../../offline/policy.ts"

const policy = createPolicy([{ text: "traces.corp:4318", origin: "OPENCODE_OFFLINE_ALLOW" }])

const SET = {
  OPENCODE_OFFLINE: "1",
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_SHARE: "1",
}

function imply(given: Record<string, string>): Record<string, string> {
  const env = { ...given }
  implyUpstreamFlags(env, policy)
  return env
}

test("switches for what connects are set, those that turn it on are taken away, and the rest stays", () => {
  const local = {
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_PRUNE: "1",
    OPENCODE_MODELS_PATH: "/m.json",
    HOME: "/h",
  }
  const connecting = [
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
  const given = {
    ...local,
    OPENCODE_OFFLINE: "yes",
    ...Object.fromEntries(connecting.map((name) => [name, "1"])),
  }
  expect(imply(given)).toEqual({ ...local, ...SET, npm_config_fetch_retries: "0" })
})

test.each(["npm_config_fetch_retries", "NPM_CONFIG_FETCH_RETRIES"])(
  "npm tries again as often as %s says",
  (name) => expect(imply({ [name]: "2" })).toEqual({ ...SET, [name]: "2" }),
)

test.each(["", "_LOGS", "_METRICS", "_TRACES"])(
  "telemetry goes where OTEL_EXPORTER_OTLP%s_ENDPOINT says, if the policy allows that",
  (kind) => {
    const name = `OTEL_EXPORTER_OTLP${kind}_ENDPOINT`
    for (const allowed of ["http://traces.corp:4318/v1", "http://127.0.0.1:4318"])
      expect(imply({ [name]: allowed })).toHaveProperty(name, allowed)
    for (const denied of [
      "http://traces.corp",
      "https://api.example:4318",
      "traces.corp:4318",
      "",
      "http://",
    ])
      expect(imply({ [name]: denied })).not.toHaveProperty(name)
  },
)
