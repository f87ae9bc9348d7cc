import { expect, test } from "bun:test"
import net from "node:net"
import { formatConnectionError } from "../../src/cli/connection-error"
import { FormatError } from "../../src/cli/error"

const failed = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error)

// Of a server that was there: nothing listens at its port any more.
const server = Bun.serve({ port: 0, fetch: () => new Response() })
const port = server.port!
await server.stop(true)
const url = `http://127.0.0.1:${port}/api`

test("a fetch that is refused is one line with the address", async () => {
  const error = await failed(fetch(url))
  expect(FormatError(error)).toStartWith(`Could not connect to ${url} (`)
})

test("so is an error that it caused", async () => {
  const cause = await failed(fetch(url))
  const error = new Error("Transport error", { cause: { reason: { request: { url }, cause } } })
  expect(FormatError(error)).toStartWith(`Could not connect to ${url} (`)
})

test("so is a socket", async () => {
  const error = await failed(new Promise((_, reject) => net.connect(port, "127.0.0.1").on("error", reject)))
  expect(formatConnectionError(error)).toContain(`127.0.0.1:${port} (ECONNREFUSED)`)
})

test("any other error is none of this", () => {
  expect(formatConnectionError(new Error("no"))).toBe(undefined)
  expect(formatConnectionError("no")).toBe(undefined)
})
