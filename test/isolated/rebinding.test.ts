import { expect, test } from "bun:test"
import { hostsTried, runCommand } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"

// What a name resolves to: an entry that is a name stands for the name, wherever it leads; an entry that is an address
// stands for the address, and for no name that leads there.

const offline = { executable: builtExecutable() }

/** Asks each for the tools that an MCP server there would have. */
function fetching(urls: string[], allow: string) {
  const mcp = Object.fromEntries(urls.map((url, index) => [`server-${index}`, { type: "remote", url }]))
  const files = { "opencode.json": JSON.stringify({ mcp }) }
  const env = { OPENCODE_OFFLINE: "1", OPENCODE_OFFLINE_ALLOW: allow }
  return runCommand({ ...offline, files, env }, "mcp", "list")
}

const ADDRESSES = ["10.0.0.5", "169.254.169.254", "203.0.113.5"]
const nameAt = (address: string) => `at-${address.replaceAll(".", "-")}.example`

/** Each of these names is allowed, and asked for, as is the address that it leads to, and another name. */
const followed = once(() => {
  const names = ADDRESSES.map(nameAt)
  return fetching(
    [...names, ...ADDRESSES, "other.example"].map((host) => `http://${host}/`),
    names.join(" "),
  )
})

test.concurrent.each(ADDRESSES)(
  "an allowed name is followed to %s, as an organisation's own names lead anywhere, and nothing else is connected to",
  async (address) => {
    const result = await followed()
    expect(hostsTried(result)).toEqual(ADDRESSES.map(nameAt).sort())
    const dialled = result.attempts
      .filter(({ port, name }) => port === 80 && name === nameAt(address))
      .map((attempt) => attempt.address)
    expect([...new Set(dialled)]).toEqual([address])
  },
)

test.concurrent("a name that is not allowed is not looked up, though it leads to an allowed address", async () => {
  const urls = ["http://at-10-0-0-5.example/", "http://other.example/", "http://at-127-0-0-1.example:4010/"]
  const result = await fetching(urls, "private, 198.18.0.0/15, 10.0.0.5")
  expect(result).toMatchObject({ exitCode: 0, attempts: [] })
})

test.concurrent("an allowed address is reached, and no name server is asked for anything", async () => {
  const result = await fetching(["http://10.0.0.5/", "http://at-10-0-0-5.example/"], "10.0.0.5")
  expect(result.attempts.map(({ name, address, port }) => ({ name, address, port }))).not.toEqual([])
  for (const attempt of result.attempts) expect(attempt).toMatchObject({ address: "10.0.0.5", port: 80 })
})
