import { expect, test } from "bun:test"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readDenials } from "../../offline/denial-log.ts"
import type { Turn } from "../../scripts/harness/provider.ts"
import { ask, toolResults } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { sample } from "../lib/sampling.ts"

// Behind a firewall that drops every packet: what is asked for is done, or refused with what to do, and no packet is
// sent that an answer could be waited for. How long it takes is measured by `npm run bench -- --only waits`. There a server
// and its page are in web-ui.test.ts, a TUI in grammars.test.ts, and custom tools in custom-tools.test.ts.

const done: Turn = { text: "Done." }

/** A plugin, one that comes by git, a provider package for the title, a formatter, a language server: none is on disk. */
const missing = {
  "opencode.json": JSON.stringify({
    plugin: ["absent-plugin@1.0.0", "absent-git@git+https://git.example/absent.git"],
    provider: { acme: { npm: "acme-provider", models: { one: { name: "One" } } } },
    small_model: "acme/one",
    lsp: {},
    formatter: {},
  }),
  "package.json": JSON.stringify({ devDependencies: { prettier: "3.0.0", typescript: "5.0.0" } }),
  "package-lock.json": "{}",
  "node_modules/typescript/package.json": JSON.stringify({ name: "typescript", version: "5.0.0" }),
  "node_modules/typescript/lib/tsserver.js": "",
}

// What is waited for is an answer to what was asked, or the time until it is asked again. So it must not be asked at all:
// each refusal is in the log, and before npm's own code asks, it writes files.
// Where nothing is sent a network of another mode is the same: --all looks at those, too.
test.concurrent.each(sample(["drop", "answer", "refuse"] as const))(
  "in a network of mode %s, what is missing is named and not asked for, and the model writes and edits as without it",
  async (mode) => {
    const folder = await mkdtemp(join(tmpdir(), "opencode-offline-waits-"))
    const log = join(folder, "denied.jsonl")
    const filePath = "page.ts"
    const turns: Turn[] = [
      { tool: "write", input: { filePath, content: "export const a = 1\n" } },
      { tool: "edit", input: { filePath, oldString: "a = 1", newString: "a = 2" } },
      done,
    ]
    const env = { OPENCODE_OFFLINE: "1", OPENCODE_OFFLINE_LOG: log }
    const result = await ask({ executable: builtExecutable(), mode, env, files: missing }, turns)
    expect(result).toMatchObject({ exitCode: 0, stdout: "Done.\n", attempts: [] })
    expect(toolResults(result).slice(-2)).toEqual([
      expect.stringContaining("Wrote file successfully"),
      expect.stringContaining("Edit applied successfully"),
    ])
    expect(readDenials(log, 100)).toEqual([])
    await rm(folder, { recursive: true })
    expect(result.files.filter((file) => /npm|locks|opencode\/packages/.test(file))).toEqual([])
    const asked = result.providerRequests.filter(({ body }) => (body?.tools?.length ?? 0) > 0)
    expect(asked).toHaveLength(turns.length)
    const said = result.stderr.match(/^! .*/gm)?.join("\n")
    for (const name of [
      "absent-plugin@1.0.0",
      "absent-git@git+https://git.example/absent.git",
      "acme-provider@latest",
    ])
      expect(said).toContain(`The package ${name} is not installed and OpenCode is offline`)
  },
)
