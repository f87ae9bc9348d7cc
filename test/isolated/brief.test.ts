import { afterAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { brief } from "../../scripts/emit/brief.ts"
import { readSubject } from "../../scripts/emit/read-subject.ts"
import { unpackBrowser } from "../../scripts/isolation/browser-files.ts"
import { runInNamespace } from "../../scripts/isolation/isolated.ts"
import { builtExecutable } from "../lib/built.ts"

// The page of the real executable, with a policy and an audit that say a lot, as a browser shows and prints it.

const folder = await mkdtemp(join(tmpdir(), "brief-test-"))
afterAll(() => rm(folder, { recursive: true }))

const policy = {
  ...{ mode: "always" as const, locked: true, enforce: "kernel" as const },
  allow: ["llm.corp:8443", "*.svc.corp", "10.0.0.0/8", "2001:db8:0:0:0:0:0:0/32"],
}

const measured = {
  ...{
    sha256: "ab".repeat(32),
    startedAt: "2026-01-02T03:04:05.678Z",
    kernel: "6.1.0-13-cloud, x64",
    isGood: true,
  },
  sentence: "0 packets left this machine in 40 scenarios; upstream's own sent 812",
  networks: ["no network at all", "every address answers", "packets are dropped"],
  ...{ scenarios: 40, runs: 120, worked: 118, packets: { left: 0, allowed: 0, stock: 812 }, findings: [] },
  notRun: ["the web UI in a browser: Chromium is not installed", "a TUI: it was not named"],
}

test("the brief is one page of paper, and as wide as the window, however narrow that is", async () => {
  const { record, ...rest } = await readSubject(dirname(builtExecutable()))
  const subject = { ...rest, record: { ...record, policy }, measured, signedBy: "cd".repeat(32) }
  const page = join(folder, "brief.html")
  await writeFile(page, (await brief.print(subject))["brief.html"]!)
  const code = `import { openBrowser } from ${JSON.stringify(join(import.meta.dirname, "../../scripts/isolation/browser.ts"))}
    const browser = await openBrowser(${JSON.stringify(await unpackBrowser())})
    const { page, witness } = await browser.openPage({ viewport: { width: 390, height: 800 } })
    await page.goto(${JSON.stringify(`file://${page}`)})
    const width = await page.evaluate("document.documentElement.scrollWidth")
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1")
    const papers = pdf.match(/\\/Type\\s*\\/Page\\b/g).length
    console.log(JSON.stringify({ width, papers, requests: witness.requests.length, console: witness.console }))
    await browser.close()`
  const { stdout, stderr } = await runInNamespace({ executable: process.execPath, args: ["-e", code] })
  expect(JSON.parse(stdout || JSON.stringify(stderr))).toEqual({
    width: 390,
    papers: 1,
    requests: 1,
    console: [],
  })
})
