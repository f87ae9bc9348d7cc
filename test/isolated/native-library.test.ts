import { expect, test } from "bun:test"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { builtExecutable } from "../lib/built.ts"
import { isReadable, stockExecutable } from "../lib/stock.ts"

/** The native libraries that a command leaves in the temporary folder, which is the project's here. */
async function librariesLeft(executable: string, args: string[]): Promise<string[]> {
  const temporary = { TMPDIR: "tmp", BUN_TMPDIR: "tmp" }
  const { files, exitCode } = await runIsolated({
    executable,
    args,
    env: temporary,
    files: { "tmp/.keep": "" },
  })
  expect(exitCode).toBe(0)
  return files.filter((file) => file.startsWith("project/tmp/") && file.endsWith(".so"))
}

test("a command that draws nothing leaves no native library in the temporary folder", async () => {
  expect(await librariesLeft(builtExecutable(), ["--help"])).toEqual([])
  expect(await librariesLeft(builtExecutable(), ["--offline", "models"])).toEqual([])
})

/** Later releases load it by themselves when something is drawn. */
if (isReadable)
  test("upstream's leaves one each time, which is what the patch is for", async () => {
    expect(await librariesLeft(await stockExecutable(), ["--help"])).toHaveLength(1)
  })
