import { afterAll, expect, test } from "bun:test"
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { unpackBrowser } from "../../scripts/isolation/browser-files.ts"
import { runInNamespace } from "../../scripts/isolation/isolated.ts"

// A browser that dies at its launch, as Chromium now and then does on a busy machine: a script that kills itself stands
// ahead of it.

const folder = await mkdtemp(join(tmpdir(), "browser-test-"))
afterAll(() => rm(folder, { recursive: true }))

const module = JSON.stringify(join(import.meta.dirname, "../../scripts/isolation/browser.ts"))

/** Opens a page in a browser whose first `deaths` launches end with a signal. */
async function openAfter(deaths: number) {
  const files = await unpackBrowser()
  const own = await mkdtemp(join(folder, "run-"))
  const executable = join(own, "browser")
  const script = `#!/bin/sh
echo >> ${own}/launches
[ $(PATH=/usr/bin:/bin wc -l < ${own}/launches) -gt ${deaths} ] || kill -SEGV $$
exec ${files.executable} "$@"
`
  await writeFile(executable, script)
  await chmod(executable, 0o755)
  const code = `import { openBrowser } from ${module}
    const browser = await openBrowser(${JSON.stringify({ ...files, executable })})
    const { page } = await browser.openPage()
    await page.setContent("<title>it is there</title>")
    console.log(await page.title())
    await browser.close()`
  const result = await runInNamespace({ executable: process.execPath, args: ["-e", code] })
  return { ...result, launches: (await Bun.file(join(own, "launches")).text()).length }
}

test.concurrent("it is started again", async () => {
  const { stdout, launches } = await openAfter(2)
  expect({ stdout, launches }).toEqual({ stdout: "it is there\n", launches: 3 })
})

test.concurrent("one that dies each time is an error that says so", async () => {
  const { exitCode, stderr, launches } = await openAfter(100)
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`the browser died at each of ${launches} launches`)
  expect(stderr).toContain("SIGSEGV")
})
