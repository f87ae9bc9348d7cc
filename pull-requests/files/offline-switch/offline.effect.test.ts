import { expect, test } from "bun:test"
import path from "path"
import { applyOffline, OFFLINE_FLAGS } from "../src/flag/offline"

test("OPENCODE_OFFLINE sets all flags that it stands for", () => {
  for (const value of ["1", "true", "TRUE"]) {
    const env: Record<string, string | undefined> = { OPENCODE_OFFLINE: value }
    applyOffline(env)
    expect(OFFLINE_FLAGS.filter((name) => env[name] !== "1")).toEqual([])
  }
})

test("a flag that is set keeps its value", () => {
  const env: Record<string, string | undefined> = { OPENCODE_OFFLINE: "1", OPENCODE_DISABLE_SHARE: "0" }
  applyOffline(env)
  expect(env.OPENCODE_DISABLE_SHARE).toBe("0")
})

test("nothing is set without it", () => {
  for (const value of [undefined, "", "0", "false"]) {
    const env: Record<string, string | undefined> = { OPENCODE_OFFLINE: value }
    applyOffline(env)
    expect(Object.keys(env)).toEqual(["OPENCODE_OFFLINE"])
  }
})

test("flags are declared behind it", () => {
  const file = path.join(import.meta.dirname, "../src/flag/flag.ts")
  const script = `import { Flag } from ${JSON.stringify(file)}; console.log(Flag.OPENCODE_DISABLE_MODELS_FETCH)`
  const { OPENCODE_DISABLE_MODELS_FETCH, ...env } = process.env
  const run = (value: string) =>
    Bun.spawnSync([process.execPath, "-e", script], { env: { ...env, OPENCODE_OFFLINE: value } })
  expect(run("1").stdout.toString().trim()).toBe("true")
  expect(run("0").stdout.toString().trim()).toBe("false")
})
