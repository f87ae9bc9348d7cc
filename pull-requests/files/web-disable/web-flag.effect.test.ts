import { afterEach, expect, test } from "bun:test"
import { Effect } from "effect"
import { HttpServerRequest } from "effect/unstable/http"
import { Flag } from "@/flag/flag"
import { serveUIEffect } from "../../src/server/shared/ui"

const flags = Flag as unknown as Record<string, unknown>
const original = flags.OPENCODE_DISABLE_WEB

afterEach(() => {
  flags.OPENCODE_DISABLE_WEB = original
})

test("the server has no page when OPENCODE_DISABLE_WEB is set, and asks nobody for one", async () => {
  flags.OPENCODE_DISABLE_WEB = true
  const request = HttpServerRequest.fromWeb(new Request("http://localhost/"))
  const services = { fs: {} as never, client: {} as never, disableEmbeddedWebUi: true }
  const response = await Effect.runPromise(serveUIEffect(request, services))
  expect(response.status).toBe(404)
})
