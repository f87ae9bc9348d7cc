import { expect, test } from "bun:test"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { enter, hostsTried } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { builtExecutable } from "../lib/built.ts"
import { runsAll, sample } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"

// Sign-ins that a person is asked through, and those of MCP servers: each ends with one line that names the host and the
// setting. Upstream's, asked the same, goes out: with --all.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
const stock = { executable: await stockExecutable(), env: {} }
type Variant = typeof offline | typeof stock

function signIn(variant: Variant, provider: string, question: string, keys: string) {
  return runIsolated({
    ...variant,
    args: ["auth", "login", "-p", provider],
    pty: true,
    async during({ waitFor, type, finished }) {
      await waitFor(question)
      await type(keys)
      await finished()
    },
  })
}

const DOWN = "\x1b[B"

const providers: [name: string, id: string, question: string, keys: string, host: string][] = [
  ["GitHub Copilot", "github-copilot", "GitHub.com (Public)", "\r", "github.com"],
  ["ChatGPT", "openai", "ChatGPT Pro/Plus (headless)", `${DOWN}\r`, "auth.openai.com"],
]
/** Of which ours is seen to go there once it is allowed. Upstream's, in the audit too, goes there with --all. */
const allowed = sample(providers.map(([name]) => name))

test.concurrent.each(providers)(
  "signing in to %s tries nothing, and ends with a line that names the setting; with that, one goes there and nowhere else",
  async (name, provider, question, keys, host) => {
    const refused = await signIn(offline, provider, question, keys)
    expect(refused).toMatchObject({ exitCode: 1, attempts: [] })
    const screen = refused.screen!.replace(/\s+/g, "")
    expect(screen).toMatch(/Error:.*fetchto/)
    expect(screen).toContain(`fetchto${host}:443wasblocked:OpenCodeisoffline`)
    expect(screen).toContain(`OPENCODE_OFFLINE_ALLOW=${host}:443`)
    if (!allowed.includes(name)) return
    const env = { ...offline.env, OPENCODE_OFFLINE_ALLOW: `${host}:443` }
    expect(hostsTried(await signIn({ ...offline, env }, provider, question, keys))).toEqual([host])
    if (runsAll) expect(hostsTried(await signIn(stock, provider, question, keys))).toContain(host)
  },
)

test.concurrent("the TUI's command to connect lists the providers that can be reached, and a refused sign-in is shown without the frames of a stack", async () => {
  let listed = ""
  let shown = ""
  const { attempts } = await runIsolated({
    ...offline,
    // Only a provider whose models can be reached is offered; where one signs in to it is another host.
    env: { ...offline.env, OPENCODE_OFFLINE_ALLOW: "api.githubcopilot.com" },
    provider: true,
    pty: true,
    async during({ waitFor, type, screen }) {
      await waitFor("Mock Model")
      await enter({ type, waitFor }, "/connect", "Connect a provider")
      await waitFor("GitHub Copilot")
      listed = await screen()
      await enter({ type, waitFor }, "copilot", "GitHub.com")
      await type("\r")
      await waitFor("github.com:443 was blocked")
      // What is drawn grows line by line, and a line may end within the entry.
      await waitFor("OPENCODE_OFFLINE_ALLOW=github.com")
      await watchFor(500)
      shown = await screen()
    },
  })
  expect(attempts).toEqual([])
  expect(listed).toMatch(/LM ?Studio/)
  expect(listed).not.toMatch(/Zen|Anthropic|OpenAI/)
  expect(shown.replace(/[\s┃]+/g, "")).toContain("OPENCODE_OFFLINE_ALLOW=github.com:443")
  expect(shown).not.toMatch(/offline\.js|worker\.js/)
})

/** An MCP server on loopback that wants a sign-in at another host. */
const mcpServer = `Bun.serve({
  port: 4400,
  hostname: "127.0.0.1",
  fetch(request) {
    const metadata = "http://127.0.0.1:4400/.well-known/oauth-protected-resource"
    if (request.url.startsWith(metadata))
      return Response.json({ resource: "http://127.0.0.1:4400/mcp", authorization_servers: ["https://auth.example"] })
    const headers = { "www-authenticate": 'Bearer resource_metadata="' + metadata + '"' }
    return new Response("", { status: 401, headers })
  },
})`

/** What `mcp auth` prints, and what was tried meanwhile. */
async function authorize({ executable, env }: Variant) {
  const config = { mcp: { tools: { type: "remote", url: "http://127.0.0.1:4400/mcp" } } }
  let printed = ""
  const result = await runIsolated({
    executable: process.execPath,
    args: ["server.ts"],
    files: { "server.ts": mcpServer, "opencode.json": JSON.stringify(config) },
    env,
    async during({ execute }) {
      const { stdout, stderr } = await execute(executable, ["mcp", "auth", "tools"])
      printed = `${stdout}\n${stderr}`
    },
  })
  return { printed, ...result }
}

test.concurrent("an MCP server's sign-in at another host ends with a line that names the setting", async () => {
  const refused = await authorize(offline)
  expect(refused.attempts).toEqual([])
  expect(refused.printed).toContain("Authentication failed")
  expect(refused.printed).toMatch(/auth\.example:443 was blocked: .*OPENCODE_OFFLINE_ALLOW=auth\.example:443/)
  expect(hostsTried(await authorize(stock))).toContain("auth.example")
})
