import { afterAll, expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { z } from "zod"
import { appendLine } from "../../offline/log-file.ts"

// The example of docs/log.md, and its line, are what they say.

const text = await Bun.file("docs/log.md").text()
const block = (language: string) => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(text)![1]!

const folder = await mkdtemp(join(tmpdir(), "docs-log-"))
afterAll(() => rm(folder, { recursive: true }))

test("the line is as the schema says, and shows all of its keys", async () => {
  const json = await Bun.file("docs/log.schema.json").json()
  const line = z.fromJSONSchema(json).parse(JSON.parse(block("json"))) as object
  expect(Object.keys(line).sort()).toEqual(Object.keys(json.properties).sort())
})

test("the example hands on what several writers put into the pipe, one after the other", async () => {
  const pipe = join(folder, "pipe")
  const socket = join(folder, "syslog")
  const lines = ['{"schema":1}', '{"schema":1,"more":2}']
  let received = ""
  const { promise, resolve } = Promise.withResolvers<void>()
  const syslog = Bun.listen({
    unix: socket,
    socket: {
      data(_, bytes) {
        received += bytes.toString()
        if (lines.every((line) => received.includes(line))) resolve()
      },
    },
  })
  const script = block("sh")
    .replaceAll("/run/opencode-offline", pipe)
    .replace("logger ", `logger --tcp --socket ${socket} --octet-count `)
  const service = Bun.spawn(["sh", "-c", script], { stdin: "ignore", stdout: "ignore", stderr: "inherit" })
  while (service.exitCode === null && !existsSync(pipe)) await Bun.sleep(5)
  for (const line of lines) while (service.exitCode === null && !appendLine(pipe, line)) await Bun.sleep(5)
  await Promise.race([promise, service.exited])
  service.kill()
  syslog.stop(true)
  expect(received.split("opencode-offline").slice(1)).toEqual([
    expect.stringContaining(lines[0]!),
    expect.stringContaining(lines[1]!),
  ])
})
