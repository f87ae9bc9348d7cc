import { expect, test } from "bun:test"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"

const ROOT = join(import.meta.dirname, "../../..")

test("npm run targets refuses a target that there is not, and tries none", async () => {
  const words = ["scripts/commands/targets.ts", "--target", "linux-x86"]
  const { exitCode, stdout, stderr } = await run(process.execPath, words, { cwd: ROOT, env: process.env })
  expect({ exitCode, stdout: String(stdout) }).toEqual({ exitCode: 2, stdout: "" })
  expect(String(stderr)).toContain('There is no target "linux-x86"')
})
