import { afterEach, expect, test } from "bun:test"
import fs from "fs/promises"
import os from "os"
import path from "path"
import { Flag } from "@/flag/flag"
import { Server } from "../../src/server/server"

const flags = Flag as unknown as Record<string, unknown>
const original = { ...flags }

afterEach(() => {
  Object.assign(flags, { OPENCODE_APP_DIST: original.OPENCODE_APP_DIST, OPENCODE_APP_URL: original.OPENCODE_APP_URL })
})

const get = (pathname: string) => Server.Default().fetch(new Request(`http://localhost${pathname}`))

test("the page comes from the folder OPENCODE_APP_DIST", async () => {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), "choose-app-"))
  await Bun.write(path.join(root, "index.html"), "<title>Own</title>")
  flags.OPENCODE_APP_DIST = root
  for (const pathname of ["/", "/index.html", "/some/session"])
    expect(await (await get(pathname)).text()).toBe("<title>Own</title>")
  await fs.rm(root, { recursive: true, force: true })
})

test("the page comes from the server OPENCODE_APP_URL", async () => {
  const asked: string[] = []
  using server = Bun.serve({
    port: 0,
    fetch(request) {
      asked.push(`${request.headers.get("host")} ${new URL(request.url).pathname}`)
      return new Response("theirs")
    },
  })
  flags.OPENCODE_APP_URL = `http://localhost:${server.port}`
  expect(await (await get("/some/session")).text()).toBe("theirs")
  expect(asked).toEqual([`localhost:${server.port} /some/session`])
})
