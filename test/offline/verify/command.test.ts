import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"

const COMMAND = join(import.meta.dirname, "../../../offline/verify/command.ts")

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "verify-command-"))
})
afterAll(() => rm(folder, { recursive: true }))

test("a terminal gets nothing that it obeys, out of a list that is none", async () => {
  const list = join(folder, "SHA256SUMS")
  await writeFile(list, "\u001b]0;title\u0007\u001b[2Jtext\n")
  const code = `import { answerVerify } from ${JSON.stringify(COMMAND)}; answerVerify([${JSON.stringify(list)}])`
  const { exitCode, stderr } = await run(process.execPath, ["-e", code], { cwd: folder, env: {} })
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: `! ${list} is no list of files: ?]0;title??[2Jtext\n`,
  })
})
