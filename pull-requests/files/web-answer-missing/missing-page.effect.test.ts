import { expect, test } from "bun:test"
import path from "path"

const SCRIPT = `
  import { Effect } from "effect"
  import { HttpServerRequest } from "effect/unstable/http"
  import { serveUIEffect } from "./src/server/shared/ui"
  const request = HttpServerRequest.fromWeb(new Request("http://localhost/"))
  const client = { execute: () => Effect.die(new Error("it asked the proxy")) }
  const answer = await Effect.runPromiseExit(serveUIEffect(request, { fs: {}, client, disableEmbeddedWebUi: DISABLED }))
  console.log(answer._tag === "Success" ? answer.value.status : String(answer.cause))
  process.exit(0)
`

// A process of its own: the channel is a define of the build.
async function serve(channel: string, disabled: boolean) {
  const define = `OPENCODE_CHANNEL="${channel}"`
  const script = SCRIPT.replace("DISABLED", String(disabled))
  const proc = Bun.spawn([process.execPath, "--define", define, "-e", script], {
    cwd: path.join(import.meta.dirname, "../.."),
    env: process.env,
    stdout: "pipe",
  })
  return (await new Response(proc.stdout).text()).trim()
}

test("a release without its page answers 404, and does not ask app.opencode.ai", async () => {
  expect(await serve("latest", false)).toBe("404")
})

test("the proxy stays where it is asked for, and in a checkout", async () => {
  expect(await serve("latest", true)).toContain("it asked the proxy")
  expect(await serve("local", false)).toContain("it asked the proxy")
})
