import { expect, test } from "bun:test"
import { join } from "node:path"
import { providerConfig } from "../../scripts/harness/provider.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { hostsTried } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { isReadable } from "../lib/stock.ts"
import type { BesideRegistry } from "./lib/beside-registry.ts"

// A registry of an organisation's own that the policy allows: a plugin is installed from it, and nobody else is asked.

const HOST = "npm.internal.example"
const REGISTRY = `http://${HOST}:4873/`

/** Leaves a mark in the project when it is loaded. */
const PLUGIN = `export const Marker = async ({ directory }) => {
  await Bun.write(directory + "/plugin-was-here", "")
  return {}
}`

/** Asks a question in a project whose user configuration names the plugin, beside that registry. */
function askWithPlugin(allow: string) {
  const beside: BesideRegistry = {
    executable: builtExecutable(),
    args: ["run", "say hi"],
    registry: REGISTRY,
    name: "marker-plugin",
    code: PLUGIN,
  }
  return runIsolated({
    executable: process.execPath,
    args: [join(import.meta.dirname, "lib/beside-registry.ts"), JSON.stringify(beside)],
    env: { OPENCODE_OFFLINE: "1", OPENCODE_OFFLINE_ALLOW: allow },
    home: {
      ".npmrc": `registry=${REGISTRY}\nfetch-retries=0\n`,
      ".config/opencode/opencode.json": JSON.stringify(providerConfig({ plugin: ["marker-plugin@1.0.0"] })),
    },
    provider: [{ text: "hello" }],
    mode: "refuse",
  })
}

// Releases that can be read have Bun install packages, by native code that the guard does not reach: offline it installs none.
if (!isReadable)
  test("a plugin is installed from a registry that the policy allows, and no other host is asked", async () => {
    const result = await askWithPlugin(`${HOST}:4873`)
    expect(result.files).toContain("project/plugin-was-here")
    expect(result.stdout).toContain("hello")
    expect(hostsTried(result)).toEqual([HOST])
    expect(result.stdout).toContain(`"marker-plugin/-/tarball.tgz"`)
  })

test("a registry that the policy does not allow is not asked", async () => {
  const { attempts, files, stdout, stderr } = await askWithPlugin("other.example")
  expect(attempts).toEqual([])
  expect(files).not.toContain("project/plugin-was-here")
  expect(stdout).toContain("[]")
  expect(stderr).toMatch(/^! The package marker-plugin@1\.0\.0 is not installed and OpenCode is offline: /m)
  // What would allow it, where it can be allowed.
  if (!isReadable) expect(stderr).toContain(`OPENCODE_OFFLINE_ALLOW=${HOST}:4873`)
})
