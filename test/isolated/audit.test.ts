import { afterAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Report, reportSchema } from "../../scripts/audit/report.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { unpackBrowser } from "../../scripts/isolation/browser-files.ts"
import { run } from "../../scripts/lib/process.ts"
import { pinName } from "../../scripts/pins/pin.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { pin } from "../lib/stock.ts"
import type { OpenRequest } from "./lib/open-report.ts"

const folder = await mkdtemp(join(tmpdir(), "audit-"))
afterAll(() => rm(folder, { recursive: true }))

/** Runs the command with its report in a folder of its own below `folder`. */
async function audit(words: string[], prefix: string[] = [], out = join(folder, crypto.randomUUID())) {
  const end = words.includes("--") ? words.indexOf("--") : words.length
  const all = [...words.slice(0, end), "--out", out, "--json", ...words.slice(end)]
  const [program, ...rest] = [...prefix, process.execPath, "scripts/commands/audit.ts", ...all]
  const options = { cwd: join(import.meta.dirname, "../.."), env: process.env }
  const { exitCode, stdout, stderr } = await run(program!, rest, options)
  const report = stdout ? reportSchema.parse(JSON.parse(stdout)) : undefined
  return { exitCode, stderr, report: report as Report, out }
}

async function scenarioFolder(...texts: string[]): Promise<string> {
  const own = join(folder, crypto.randomUUID())
  await mkdir(own)
  for (const [at, text] of texts.entries()) await writeFile(join(own, `own-${at}.ts`), text)
  return own
}

/** A program that is quickly read, for what is said ahead of every run. */
const SMALL = ["/bin/true", "--variant", "offline"]

test.concurrent("upstream's release and the last build are audited side by side, with their packets", async () => {
  const { exitCode, report, out } = await audit(["--pin", pinName(pin), "--scenario", "models"])
  expect(exitCode).toBe(0)
  expect(report.executables.map(({ id, isPinnedStock }) => [id, isPinnedStock])).toEqual([
    ["stock", true],
    ["offline", false],
  ])
  const [stock, offline] = report.results
  expect(stock).toMatchObject({ executable: "stock", worked: true })
  expect(stock!.runs[0]!.attempts).toContainEqual(
    expect.objectContaining({
      // Which host has the catalogue differs between releases.
      name: expect.stringMatching(/^models\./),
      what: expect.stringMatching(/^dns A models\./),
      process: { pid: expect.any(Number), command: "opencode models" },
    }),
  )
  expect(offline).toMatchObject({ executable: "offline", worked: true, runs: [{ attempts: [] }] })
  expect((await readdir(out)).sort()).toEqual([
    "pcap",
    "report-PARTIAL.html",
    "report-PARTIAL.json",
    "report-PARTIAL.md",
  ])
  const sizes = report.results.map(({ runs }) => stat(join(out, runs[0]!.pcap)))
  expect((await sizes[0]!).size).toBeGreaterThan(24)
  expect((await sizes[1]!).size).toBe(24)
  expect(JSON.parse(await readFile(join(out, "report-PARTIAL.json"), "utf8"))).toEqual(report)
  await seePage(pathToFileURL(join(out, "report-PARTIAL.html")).href)
})

/** Opens the page in a browser that is recorded as well. */
async function seePage(url: string): Promise<void> {
  const request: OpenRequest = { browser: await unpackBrowser(), url }
  const script = join(import.meta.dirname, "lib/open-report.ts")
  const { stdout, stderr, attempts } = await runIsolated({
    executable: process.execPath,
    args: [script, JSON.stringify(request)],
  })
  expect(stderr).toBe("")
  expect(JSON.parse(stdout)).toEqual({
    title: `OpenCode ${pin.version}: what connects`,
    panel: expect.stringMatching(/^(models\.\S+)\n[\s\S]*\nstock\n[\s\S]*opencode models[\s\S]*dns A \1\b/m),
    rows: 0,
    console: [],
    requests: [url],
    failures: [],
  })
  expect(attempts).toEqual([])
}

test.concurrent("a command line of one's own that asks a host is a finding", async () => {
  const asking = await audit(["--", process.execPath, "-e", "await fetch('https://some.example/x')"])
  expect(asking.exitCode).toBe(1)
  expect(asking.report.findings).toEqual([expect.objectContaining({ kind: "tried", host: "some.example" })])
})

test.concurrent("one that asks none is no finding, in all modes when asked for, and each says how long it took", async () => {
  const words = [builtExecutable(), "--mode", "all", "--", "opencode", "--version"]
  const { exitCode, report } = await audit(words)
  const worked = { executable: "offline", worked: true }
  expect(report.results).toMatchObject(["answer", "refuse", "drop"].map((mode) => ({ ...worked, mode })))
  for (const { ms } of report.results) expect(ms).toBeGreaterThan(0)
  expect(exitCode).toBe(0)
})

/** One audit of scenarios that do not run as they should, in this order. */
const unruly = once(async () => {
  const [first, second] = [join(folder, "cut-off-once"), join(folder, "cut-off-twice")]
  const own = await scenarioFolder(
    `export default {
      title: "t", what: "w", worksOffline: false,
      async run({ isolated }) {
        await isolated({ args: ["-e", "await fetch('http://203.0.113.1/')"] })
        throw new Error("after the run")
      },
    }`,
    `export default {
      title: "t", what: "w", worksOffline: false,
      run({ isolated }) {
        isolated({ args: ["-e", "await fetch('http://203.0.113.2/')"] })
        return { worked: true, detail: "" }
      },
    }`,
    hangingScenario(first, 1),
    hangingScenario(second, 2),
  )
  const { exitCode, report } = await audit([process.execPath, "--variant", "offline", "--scenarios", own])
  const [threw, unawaited, retried, cutOff] = report.results
  const runs = { once: await readFile(first, "utf8"), twice: await readFile(second, "utf8") }
  const findings = ({ scenario }: { scenario: string }) =>
    report.findings.filter((finding) => finding.scenario === scenario)
  return {
    exitCode,
    threw: threw!,
    unawaited: unawaited!,
    retried: retried!,
    cutOff: cutOff!,
    runs,
    findings,
  }
})

/** A scenario whose runs hang, as long as `times` have not been made: `file` has a dot for each. */
const hangingScenario = (
  file: string,
  times: number,
  limits = "limits: { idleMs: 1500 }",
) => `import { appendFileSync, readFileSync } from "node:fs"
  export default {
    title: "t", what: "w", worksOffline: true,
    async run({ isolated }) {
      appendFileSync(${JSON.stringify(file)}, ".")
      const hangs = readFileSync(${JSON.stringify(file)}, "utf8").length <= ${times}
      await isolated({ args: ["-e", hangs ? "setInterval(() => {}, 100000)" : ""], ${limits} })
      return { worked: true, detail: "done" }
    },
  }`

test.concurrent("what a scenario's runs tried is found although the scenario threw", async () => {
  const { exitCode, threw, findings } = await unruly()
  expect(threw).toMatchObject({ worked: false, detail: "after the run" })
  expect(findings(threw)).toMatchObject([{ kind: "tried", host: "203.0.113.1" }])
  expect(exitCode).toBe(1)
})

test.concurrent("what a scenario did not wait for is found all the same", async () => {
  const { unawaited, findings } = await unruly()
  expect(findings(unawaited)).toMatchObject([{ kind: "tried", host: "203.0.113.2" }])
})

test.concurrent("a run that a time limit cut off is tried once more, and that counts", async () => {
  const { retried, findings, runs } = await unruly()
  expect(retried).toMatchObject({ worked: true, detail: "done", runs: [{}, {}] })
  expect(retried.notMeasured).toBeUndefined()
  expect(new Set(retried.runs.map(({ pcap }) => pcap)).size).toBe(2)
  expect(runs.once).toBe("..")
  expect(findings(retried)).toEqual([])
})

test.concurrent("one that is cut off again was not measured: it fails the gate with that word", async () => {
  const { cutOff, findings, runs } = await unruly()
  const limit = expect.stringMatching(/^time limit: nothing happened for 2 s while the command ran/)
  expect(cutOff).toMatchObject({ worked: false, notMeasured: limit, detail: limit })
  expect(findings(cutOff)).toMatchObject([
    { kind: "not-measured", line: expect.stringContaining("not measured") },
  ])
  expect(runs.twice).toBe("..")
})

test.concurrent("a run may do nothing for as long, and is tried as often, as is asked for", async () => {
  const file = join(folder, "cut-off-as-asked")
  const words = [process.execPath, "--variant", "offline", "--scenarios"]
  const own = await scenarioFolder(hangingScenario(file, 2, ""))
  const impatient = await audit([...words, own, "--timeout", "1.5", "--retry", "0"])
  expect(impatient.exitCode).toBe(1)
  expect(impatient.report.results).toMatchObject([
    { notMeasured: expect.stringMatching(/^time limit: nothing happened for 2 s/), runs: [{}] },
  ])
  const patient = await audit([...words, own, "--timeout", "1.5", "--retry", "2"])
  expect(patient.exitCode).toBe(0)
  expect(patient.report.results).toMatchObject([{ worked: true, runs: [{}, {}] }])
})

test.concurrent.each([
  ["--retry", "-1", "whole number from 0 on"],
  ["--timeout", "0", "number of seconds above 0"],
])("%s %s is refused, with what is taken", async (option, value, message) => {
  const { exitCode, stderr } = await audit([...SMALL, option, value])
  expect(stderr).toContain(message)
  expect(exitCode).toBe(2)
})

test.concurrent("a file that cannot be run is not passed", async () => {
  const { exitCode, stderr } = await audit(["README.md", "--variant", "offline", "--scenario", "version"])
  expect(stderr).toContain("was not recorded to the end")
  expect(exitCode).toBe(2)
})

test.concurrent.each([
  [
    "a scenario that runs nothing",
    "export default { title: 't', what: 'w', worksOffline: true, run: () => ({ worked: true, detail: '' }) }",
    "was not recorded to the end",
  ],
  ["a file without a scenario", "export const nothing = 1", "is not a scenario"],
  ["a scenario without a title", "export default { what: 'w', worksOffline: true, run() {} }", "title: "],
])("%s stops the audit with 2", async (_, text, message) => {
  const { exitCode, stderr } = await audit([...SMALL, "--scenarios", await scenarioFolder(text)])
  expect(stderr).toContain(message)
  expect(exitCode).toBe(2)
})

test.concurrent.each([
  [["no-such-file"], "cannot be audited"],
  [["--scenario", "no-such-scenario"], "There is no scenario no-such-scenario"],
  [["--scenarios", "no-such-folder"], "There are no scenarios in"],
  [["--mode", "no-such-mode"], "Allowed choices are answer, refuse, drop, all"],
  [["--jobs", "0"], "--jobs takes a whole number"],
  [["--slow", "0.5"], "a number from 1 on"],
  [["--", "no-such-program"], "There is no program no-such-program"],
])("%j ends with 2 and says why", async (words, message) => {
  const { exitCode, stderr } = await audit(words)
  expect(stderr).toContain(message)
  expect(exitCode).toBe(2)
})

test.concurrent("a report of some scenarios does not take the place of one of all", async () => {
  const out = await mkdtemp(join(folder, "whole-"))
  const whole = join(out, "report.json")
  await writeFile(whole, JSON.stringify({ allScenarios: true }))
  const refused = await audit([...SMALL, "--scenario", "version"], [], out)
  expect(refused.exitCode).toBe(2)
  expect(refused.stderr).toContain("one of all scenarios, which one of some must not replace")
  expect(await readdir(out)).toEqual(["report.json"])
})

test.concurrent("a folder that holds something other than a report is not replaced", async () => {
  const own = await scenarioFolder("kept")
  const { exitCode, stderr } = await audit([...SMALL, "--scenario", "version"], [], own)
  expect(stderr).toContain("which would be removed")
  expect(exitCode).toBe(2)
  expect(await readdir(own)).toEqual(["own-0.ts"])
})

test.concurrent("an ordinary user's audit works where the kernel allows it, else it says what is missing", async () => {
  const words = [process.execPath, "--variant", "offline", "--", "opencode", "--version"]
  const allowed = await run(ordinaryUser[0]!, [...ordinaryUser.slice(1), ...probe], { env: process.env })
  if (allowed.exitCode === 0) {
    const { exitCode, report, stderr } = await audit(words, ordinaryUser)
    expect(stderr).toBe("")
    expect(report.results).toMatchObject([{ worked: true }])
    return expect(exitCode).toBe(0)
  }
  const { exitCode, stderr } = await audit(words, withoutCapabilities)
  expect(stderr).toContain("This machine does not let a network namespace be made.")
  expect(exitCode).toBe(2)
})

const isRoot = process.getuid?.() === 0
const probe = ["unshare", "--user", "--map-root-user", "--net", "true"]
/** Who has another number than root's and no capabilities, but still owns root's files. */
const ordinaryUser = isRoot ? ["unshare", "--user", "--map-user=1000", "--map-group=1000"] : ["env"]
const withoutCapabilities = isRoot ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : ["env"]
