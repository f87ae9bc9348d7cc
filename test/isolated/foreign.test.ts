import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { buildRelease, isStale, plainRelease } from "../../scripts/build/fresh-release.ts"
import {
  readModuleGraph,
  replaceModule,
  writeExecutable,
  writeModuleGraph,
} from "../../scripts/container/index.ts"
import { namesIn } from "../../scripts/contents/names.ts"
import { replaceCode } from "../../scripts/harness/probe-executable.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import {
  ask,
  runCommand,
  runQuestion,
  serve,
  serverUrl,
  toolResults,
} from "../../scripts/harness/scenarios.ts"
import { readScale } from "../../scripts/isolation/limits.ts"
import { type Pin, pinName } from "../../scripts/pins/pin.ts"
import { findTarget, type Target } from "../../scripts/upstream/target.ts"
import { runsAll, sample } from "../lib/sampling.ts"
import { pinWith } from "../lib/stock.ts"
import { versionOf } from "../lib/version.ts"
import { MANAGED, underQemu, underWine, type Wrap, withMusl } from "./lib/foreign.ts"
import { notRefused, only, type Place, places, runProbe } from "./lib/guard-run.ts"
import { vectors } from "./lib/guard-vectors.ts"
import { removeFolders } from "./lib/mounts.ts"
import { unpackWindowsKit } from "./lib/windows-kit.ts"

// Executables that this machine does not run by itself: for another processor, emulated, and for another C library. What is
// emulated is slow, so there the essentials are tried, and a sample of the guard's vectors.

/** Some ways of each family, in the order of all. */
const SAMPLE = Object.keys(vectors).filter((id) =>
  [
    ...["fetch-string", "fetch-https", "fetch-redirected-302", "http-request", "http-bound-request"],
    ...["net-connect", "tls-connect", "http2-plain", "dns-lookup", "dns-resolver", "websocket-name"],
    ...["bun-connect-name", "bind-net", "bun-udp-send", "dgram-send"],
  ].includes(id),
)

const RUNNERS = { "linux-arm64": underQemu, "linux-x64-musl": withMusl, "windows-x64": underWine }

afterAll(removeFolders)
for (const [name, runner] of Object.entries(RUNNERS)) {
  const wrap = await runner()
  if (typeof wrap === "function") describe(`the executable for ${name}`, () => tests(findTarget(name), wrap))
  else console.error(`${name} is not run: ${wrap.missing}`)
}

/** A path of this machine as Wine's programs know it. */
const onDrive = (path: string) => `Z:${path.replaceAll("/", "\\")}`

const PLATFORMS = { linux: "linux", darwin: "darwin", windows: "win32" }

/** How much slower than this machine an emulated one is, at least. */
const EMULATED = 10

function tests(target: Target, wrap: Wrap): void {
  const isSlow = target.runner !== "musl"
  const made: string[] = []
  const wrapped = async (executable: string, isReady = false) => {
    made.push(dirname(await wrap(executable, isReady)))
    return join(made.at(-1)!, "opencode")
  }
  let pin: Pin
  let built: string
  let executable: string
  beforeAll(async () => {
    pin = await pinWith(({ targets }) => target.name in targets)
    const release = await plainRelease(pinName(pin), target)
    if (await isStale(release)) await buildRelease(release)
    built = release.executable
    executable = await wrapped(built)
  })
  afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))))
  const offline = () => ({ executable, env: { OPENCODE_OFFLINE: "1" } })

  test("prints its version, and tries nothing", async () => {
    const { exitCode, stdout, attempts } = await runCommand(offline(), "--version")
    expect({ exitCode, stdout, attempts }).toEqual({
      exitCode: 0,
      stdout: versionOf(undefined, pin),
      attempts: [],
    })
  })

  test("says that it is offline, and what a host is to it", async () => {
    const said = await runCommand({ executable }, "offline", "--offline")
    expect(said).toMatchObject({ exitCode: 0, attempts: [] })
    expect(said.stdout).toContain("OpenCode is offline (--offline)")
    const check = await runCommand({ executable }, "offline", "check", "https://some.example/", "--offline")
    expect(check).toMatchObject({ exitCode: 1, attempts: [] })
    expect(check.stdout).toContain("denied  https://some.example/")
  })

  test("has a ripgrep inside that runs", async () => {
    const probe = await replaceCode(built, join(import.meta.dirname, "lib/ripgrep-probe.ts"))
    made.push(dirname(probe))
    const result = await runIsolated({
      ...offline(),
      executable: await wrapped(probe),
      files: { "a.txt": "needle\n" },
    })
    expect(result).toMatchObject({
      stdout: `${PLATFORMS[target.os]} ${target.arch} a.txt:needle\n`,
      exitCode: 0,
      attempts: [],
    })
  })

  test("obeys a policy that is built in and locked", async () => {
    const graph = readModuleGraph(await readFile(built))
    const policy = { mode: "always", allow: ["llm.corp:443"], locked: true }
    const contents = Buffer.from(JSON.stringify(policy))
    const file = join(await mkdtemp(join(tmpdir(), "locked-")), "opencode")
    made.push(dirname(file))
    await writeExecutable(file, writeModuleGraph(replaceModule(graph, namesIn(graph).policy, contents)))
    const locked = await wrapped(file)
    const setup = { executable: locked, env: { OPENCODE_OFFLINE: "0", OPENCODE_OFFLINE_ALLOW: "b.example" } }
    const said = await runCommand(setup, "offline", "--json")
    expect(said).toMatchObject({ exitCode: 0, attempts: [] })
    const { allow, ignored, ...rest } = JSON.parse(said.stdout)
    expect(rest).toMatchObject({ offline: true, build: { mode: "always", locked: true } })
    const entries = (list: { entry: string }[]) => list.map(({ entry }) => entry)
    expect(entries(allow)).toEqual(["loopback", "llm.corp:443"])
    expect(entries(ignored)).toContain("b.example")
    // Each start of what is emulated takes seconds.
    if (isSlow) return
    const version = await runCommand(setup, "--version")
    const stdout = versionOf("always-locked-[0-9a-f]{8}", pin)
    expect(version).toMatchObject({ exitCode: 0, stdout, attempts: [] })
    for (const [url, exitCode] of [["https://llm.corp/", 0] as const, ["https://b.example/", 1] as const])
      expect(await runCommand(setup, "offline", "check", url)).toMatchObject({ exitCode, attempts: [] })
  })

  if (target.os !== "linux")
    test("does not start where kernel mode is asked for", async () => {
      const result = await runCommand({ executable }, "--offline=kernel", "run", "hi")
      expect(result).toMatchObject({ exitCode: 2, stdout: "", attempts: [] })
      expect(result.stderr).toContain(`is not available on ${PLATFORMS[target.os]}`)
    })

  if (target.runner === "musl")
    test("holds what the model starts by the kernel", async () => {
      const command = "curl -sS -m 20 http://203.0.113.7/ 2>&1; grep Seccomp: /proc/self/status"
      const result = await ask({ executable, args: ["--offline=kernel"], env: { PATH: "/usr/bin:/bin" } }, [
        { tool: "bash", input: { command, description: "Try" } },
        { text: "done" },
      ])
      expect(result).toMatchObject({ exitCode: 0, attempts: [] })
      expect(toolResults(result).join()).toMatch(/curl: \(7\)[\s\S]*Seccomp:\s+2/)
    })

  if (target.runner !== "qemu") {
    test("answers a question with a tool call, and tries nothing", async () => {
      const result = await runQuestion(offline())
      expect(result).toMatchObject({ exitCode: 0, attempts: [] })
      // Upstream ends its lines as the system does.
      expect(result.stdout.replaceAll("\r\n", "\n")).toBe("The mock model says hello.\n")
      // Wine has no shell that knows what the tool is to run.
      if (target.runner === "wine") return
      expect(toolResults(result)).toContain("tool-42\n")
    })

    test("serves the page", async () => {
      let status = 0
      const { attempts } = await serve(offline(), async ({ fetch }) => {
        status = (await fetch(`${serverUrl}/`, { headers: { accept: "text/html" } })).status
      })
      expect({ status, attempts }).toEqual({ status: 200, attempts: [] })
    })
  }

  if (target.os === "windows")
    test("asks Windows who can write to a managed file, and takes no lock from a user's own", async () => {
      const folder = await mkdtemp(join(tmpdir(), "managed-"))
      made.push(folder)
      const offline = { mode: "always", locked: true }
      await writeFile(join(folder, "opencode.json"), JSON.stringify({ offline }))
      const said = await runCommand({ executable, env: { [MANAGED]: folder } }, "offline")
      expect(said.stdout).toContain("OpenCode is offline")
      const file = "C:\\ProgramData\\opencode\\opencode.json"
      expect(said.stderr).toContain(
        `${file}: "locked" of "offline" do not count, as others than administrators can write to ${file}`,
      )
    })

  if (target.os === "windows")
    describe("of the kit", () => {
      let archive: string
      let prefix: string
      /** What is installed, as Wine starts it. */
      let installed: string
      beforeAll(async () => {
        const unpacked = await unpackWindowsKit(built)
        made.push(unpacked.folder)
        archive = unpacked.archive
        prefix = join(unpacked.folder, "a prefix")
      })
      const setup = async (executable: string, ...words: string[]) => {
        const script = join(archive, "files/lib/opencode-kit/setup.cjs")
        const args = [onDrive(script), ...words, `--prefix=${onDrive(prefix)}`]
        return runIsolated({ executable, args, env: { BUN_BE_BUN: "1" } })
      }

      test("is installed by itself, and found unchanged", async () => {
        const program = await wrapped(join(archive, "files/bin/opencode.exe"), true)
        const made = await setup(program, "install", `--archive=${onDrive(archive)}`)
        expect(made).toMatchObject({ exitCode: 0, stderr: "", attempts: [] })
        expect(made.stdout).toContain(`Installed ${onDrive(prefix)}\\bin\\opencode.exe, and 2 programs`)
        installed = await wrapped(join(prefix, "bin/opencode.exe"), true)
        const { exitCode, stdout } = await runCommand(
          { executable: installed },
          "offline",
          "verify",
          "--json",
        )
        expect({ exitCode, findings: JSON.parse(stdout).findings }).toEqual({ exitCode: 0, findings: [] })
      })

      test("has launchers that start its programs, and hand on words and exit code", async () => {
        const launchers = `${onDrive(prefix)}\\lib\\opencode-kit\\bin`
        const script = `for (const words of [["format", "--write", "b.ts"], ["format", "no file"]]) {
          const { exitCode } = Bun.spawnSync([${JSON.stringify(`${launchers}\\biome.cmd`)}, ...words])
          console.log(exitCode, await Bun.file("b.ts").text())
        }`
        const { stdout, attempts } = await runIsolated({
          executable: installed,
          args: ["-e", script],
          env: { BUN_BE_BUN: "1" },
          files: { "biome.json": "{}", "b.ts": "export   const b={a:'b'}\n" },
        })
        const formatted = 'export const b = { a: "b" };\n'
        expect({ stdout, attempts }).toEqual({ stdout: `0 ${formatted}\n1 ${formatted}\n`, attempts: [] })
      })

      test("is removed by itself, but for the program that runs, which is set aside", async () => {
        const removed = await setup(installed, "uninstall")
        expect(removed).toMatchObject({ exitCode: 0, stderr: "", attempts: [] })
        expect(await readdir(prefix)).toEqual([expect.stringMatching(/^opencode\.exe\.removed-\d+$/)])
      })
    })

  let probe: string
  beforeAll(async () => {
    const file = await replaceCode(built, join(import.meta.dirname, "lib/guard-probe.ts"))
    made.push(dirname(file))
    probe = await wrapped(file)
  })
  const sampled = { ...only(SAMPLE), ...(isSlow && { PROBE_SCALE: String(readScale() * EMULATED) }) }
  const all = Object.keys(places) as Place[]
  // One kind of worker is started as the other is.
  const tried = isSlow && !runsAll ? all.filter((place) => place !== "node-worker") : all

  describe.each(tried)("in the %s", (place) => {
    if (sample(all).includes(place))
      test("a sample of vectors gets out when the switch is off", async () => {
        // Wine tells a resolver of no name server.
        const getOut = SAMPLE.filter((id) => target.runner !== "wine" || id !== "dns-resolver")
        expect((await runProbe(probe, place, [], sampled)).leaked).toEqual(getOut)
      })

    test("none of them sends a packet when the switch is on, and each is refused", async () => {
      const run = await runProbe(probe, place, ["--offline"], sampled)
      expect(run.attempts).toEqual([])
      expect(run.outcomes.map(({ id }) => id)).toEqual(SAMPLE)
      expect(notRefused(run)).toEqual([])
    })
  })
}
