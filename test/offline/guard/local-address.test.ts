import { expect, test } from "bun:test"
import { localAddress } from "../../../offline/guard/local-address.ts"

const listening = (hostname: string, port = 0) => Bun.listen({ hostname, port, socket: { data() {} } })

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["::1", "::1"],
  ["::", "127.0.0.1"],
])("what listens at %s is dialled at %s", (at, dialled) => {
  const server = listening(at)
  expect(localAddress(server.port)).toBe(dialled)
  server.stop()
})

test("where both have a server, or none, it is IPv4", () => {
  const six = listening("::1")
  const four = listening("127.0.0.1", six.port)
  expect(localAddress(six.port)).toBe("127.0.0.1")
  for (const server of [six, four]) server.stop()
  expect(localAddress(six.port)).toBe("127.0.0.1")
  expect(localAddress(undefined)).toBe("127.0.0.1")
})
