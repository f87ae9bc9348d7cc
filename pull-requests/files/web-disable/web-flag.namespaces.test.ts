import { afterEach, expect, test } from "bun:test"
import { Flag } from "@/flag/flag"
import { Server } from "../../src/server/server"

const flags = Flag as unknown as Record<string, unknown>
const original = flags.OPENCODE_DISABLE_WEB

afterEach(() => {
  flags.OPENCODE_DISABLE_WEB = original
})

test("the server has no page when OPENCODE_DISABLE_WEB is set, and its API stays", async () => {
  flags.OPENCODE_DISABLE_WEB = true
  const get = (path: string) => Server.Default().fetch(new Request(`http://localhost${path}`))
  const page = await get("/")
  expect(page.status).toBe(404)
  expect(await page.json()).toEqual({ error: "Not Found" })
  expect((await get("/global/health")).status).toBe(200)
})
