import { describe, expect, test } from "bun:test"
import { parse } from "jsonc-parser"
import { leaveOutCode } from "../../../offline/project/settings.ts"

const isKnown = (name: string) => name === "@ai-sdk/openai-compatible"
const leave = (value: unknown) => leaveOutCode(value, isKnown)

/** Every name of what would be run, anywhere in what stays. */
const evilIn = (value: unknown) => JSON.stringify(value).includes("evil")

describe("a project's configuration", () => {
  test.each([
    [{ plugin: ["./evil.ts"] }, ["plugin"]],
    [{ plugins: [{ package: "evil" }] }, ["plugins"]],
    [{ tui: { plugin: ["./evil.ts"], theme: "x" } }, ["plugin"]],
    [{ shell: "./evil" }, ["shell"]],
    [{ formatter: { prettier: { command: ["evil"] } } }, ["formatter"]],
    [{ formatter: true }, ["formatter"]],
    [{ lsp: { typescript: { command: ["evil"] } } }, ["lsp"]],
    // In some releases an object that switches one off switches the others on.
    [{ lsp: { typescript: { disabled: true } } }, ["lsp"]],
    [{ mcp: { a: { type: "local", command: ["evil"] } } }, ["mcp.a"]],
    [{ mcp: { a: { command: ["evil"] } } }, ["mcp.a"]],
    [{ mcp: { a: { enabled: true } } }, ["mcp.a"]],
    [{ mcp: { servers: { a: { type: "local", command: ["evil"] } } } }, ["mcp.servers.a"]],
    [{ mcp: { servers: { servers: { x: { command: ["evil"] } } } } }, ["mcp.servers.servers"]],
    [{ mcp: { timeout: { type: "local", command: ["evil"] } } }, ["mcp.timeout"]],
    [{ provider: { a: { npm: "file:///evil.js" } } }, ["provider.a.npm"]],
    [{ provider: { a: { npm: "evil" } } }, ["provider.a.npm"]],
    [{ provider: { a: { npm: ["evil"] } } }, ["provider.a.npm"]],
    [
      { provider: { a: { models: { m: { provider: { npm: "evil" } } } } } },
      ["provider.a.models.m.provider.npm"],
    ],
    [{ providers: { a: { api: { type: "aisdk", package: "evil" } } } }, ["providers.a.api.package"]],
    [{ hooks: { start: "evil" } }, ["hooks"]],
    [{ experimental: { hook: { file_edited: "evil" } } }, ["experimental.hook"]],
  ])("loses %j", (value, leftOut) => {
    const kept = leave(value)
    expect(kept.leftOut).toEqual(leftOut)
    expect(evilIn(kept.value)).toBe(false)
  })

  test.each([
    { model: "a/b", permission: { bash: "ask" }, instructions: ["RULES.md"], agent: { x: { prompt: "p" } } },
    {
      mcp: { a: { type: "remote", url: "http://llm.corp/mcp", headers: { a: "b" } }, b: { enabled: false } },
    },
    { mcp: { timeout: { startup: 1 } } },
    { formatter: false, lsp: false },
    { experimental: { mcp_timeout: 1 } },
    { provider: { a: { npm: "@ai-sdk/openai-compatible", options: { baseURL: "x" }, models: { m: {} } } } },
    { command: { x: { template: "say !`date`" } } },
    { theme: "x", keybinds: { leader: "ctrl+x" } },
  ])("keeps %j", (value) => {
    expect(leave(value)).toEqual({ value, leftOut: [] })
  })

  test("gives a remote MCP server nothing that a local one of that name would be started with", () => {
    const server = {
      type: "remote",
      url: "x",
      command: ["evil"],
      environment: { LD_PRELOAD: "evil" },
      cwd: "evil",
    }
    expect(leave({ mcp: { a: server } }).value).toEqual({ mcp: { a: { type: "remote", url: "x" } } })
  })

  test("has no prototype that its text chose", () => {
    for (const text of [
      '{ "__proto__": { "plugin": ["./evil.ts"], "shell": "evil" } }',
      '{ "mcp": { "a": { "type": "remote", "__proto__": { "command": ["evil"] } } } }',
      '{ "mcp": { "__proto__": { "a": { "type": "local", "command": ["evil"] } } } }',
      '{ "provider": { "a": { "__proto__": { "npm": "file:///evil.js" } } } }',
      '{ "provider": { "__proto__": { "a": { "npm": "file:///evil.js" } } } }',
      '{ "tui": { "__proto__": { "plugin": ["./evil.ts"] } } }',
    ]) {
      const { value } = leave(parse(text))
      expect(reach(value)).not.toContain("evil")
    }
  })

  test("that is no object is left to upstream, which refuses it", () => {
    for (const value of [undefined, null, [], [{ plugin: ["evil"] }], "evil", 1])
      expect(leave(value)).toEqual({ value, leftOut: [] })
  })
})

/** All that can be read of a value, inherited keys too. */
function reach(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value)
  let all = ""
  for (const key in value) all += ` ${key}=${reach((value as Record<string, unknown>)[key])}`
  return all
}
