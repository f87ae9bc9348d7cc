import { expect, test } from "bun:test"
import { release } from "node:os"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask, runCommand, serve, serverUrl, toolResults } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { callTool } from "./lib/call-tool.ts"

// OpenCode itself in kernel mode: all that works without it, and what the model starts in a shell.

const executable = builtExecutable()
const PATH = "/usr/local/bin:/usr/bin:/bin"
const setup = {
  executable,
  args: ["--offline=kernel"],
  env: { PATH, OPENCODE_OFFLINE_ALLOW: "good.example:80" },
}
const bash = (command: string) => ({ tool: "bash", input: { command, description: "Try" } })
const curl = "curl -sS -m 20 -o /dev/null -w '%{http_code}\\n'"

/** A question by whose tools a model tries what there is to try. */
const asked = once(() =>
  ask({ ...setup, args: ["--offline=kernel", "--print-logs"] }, [
    bash(
      "curl -sS -m 20 http://evil.example/ 2>&1 & echo $!; curl -sS http://203.0.113.7/ 2>&1 & echo $!; wait",
    ),
    bash(`${curl} http://good.example/ http://evil.example/ http://203.0.113.7/ 2>&1; true`),
    bash("git ls-remote http://good.example/x 2>&1; git ls-remote http://evil.example/x 2>&1; true"),
    bash(
      `HOME=/tmp "${executable}" debug paths --offline=kernel 2>&1 | grep ^data; HOME=/tmp "${executable}" offline doctor 2>&1`,
    ),
    { text: "The mock model says hello." },
  ]),
)

test("what the model starts reaches an allowed host, and nothing else", async () => {
  const result = await asked()
  expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("The mock model says hello.") })
  const said = toolResults(result).join("\n")
  expect(said).toContain("404")
  expect(said).toContain("Could not resolve host: evil.example")
  expect(said).toContain("repository 'http://good.example/x/' not found")
  expect(new Set(result.attempts.map(({ name, port }) => `${name}:${port}`))).toEqual(
    new Set(["good.example:53", "good.example:80"]),
  )
})

test("OpenCode's own log says which program was denied which host", async () => {
  const result = await asked()
  const [named, numbered] = toolResults(result)[0]!.match(/^\d+$/gm) ?? []
  const said = result.stderr.split("\n").filter((line) => line.includes("service=offline"))
  expect(said).toContainEqual(denied("host=evil.example", "curl: lookup", named))
  expect(said).toContainEqual(denied("host=203.0.113.7 port=80", "curl: connect", numbered))
})

test("OpenCode starts within OpenCode", async () => {
  const said = toolResults(await asked()).join("\n")
  expect(said).toMatch(/^data /m)
  expect(said).toContain("held by kernel mode already")
})

const denied = (where: string, api: string, pid = "none") =>
  expect.stringMatching(new RegExp(`^(?=.*\\bdenied\\b).* ${where} api="?${api}"? caller=curl pid=${pid}\\b`))

test("without the kernel the same command reaches the others", async () => {
  const { input } = bash(`${curl} http://evil.example/ http://203.0.113.7/; true`)
  const { attempts } = await callTool({ ...setup, args: ["--offline"] }, "bash", input)
  expect(attempts.map(({ name, address }) => name ?? address)).toContain("203.0.113.7")
})

test.each([
  ["the variable", { env: { PATH, OPENCODE_OFFLINE: "kernel" } }],
  ["a project's own file", { env: { PATH }, files: { "opencode.json": '{"offline":{"enforce":"kernel"}}' } }],
])("%s asks for it", async (_, how) => {
  const { input } = bash("curl -sS -m 20 http://203.0.113.7/ 2>&1; grep Seccomp: /proc/self/status")
  const { attempts, output } = await callTool({ executable, ...how }, "bash", input)
  expect(attempts).toEqual([])
  expect(output).toMatch(/Seccomp:\s+2/)
})

test("a model on a port that only a project's file names is refused at once, with why", async () => {
  const options = { baseURL: "http://127.0.0.1:4099/v1" }
  const { exitCode, stderr } = await runCommand(
    { ...setup, files: { "opencode.json": JSON.stringify({ provider: { mock: { options } } }) } },
    ...["run", "-m", "mock/mock-model", "say hi"],
  )
  expect(exitCode).toBe(1)
  expect(stderr).toContain("fetch to 127.0.0.1:4099 was blocked")
  expect(stderr).not.toContain("typo in the url")
})

test("the server is reached from outside of the tree, on this machine", async () => {
  let status = 0
  const { attempts } = await serve(setup, async ({ fetch }) => {
    status = (await fetch(`${serverUrl}/`, { headers: { accept: "text/html" } })).status
  })
  expect({ status, attempts }).toEqual({ status: 200, attempts: [] })
})

test("the TUI opens, and answers", async () => {
  const { attempts } = await runIsolated({
    ...setup,
    provider: true,
    pty: true,
    async during({ waitFor, type }) {
      await waitFor("Ask anything")
      await waitFor("Mock Model")
      await type("say hi")
      await waitFor("say hi")
      await type("\r")
      await waitFor("The mock model says hello.")
    },
  })
  expect(attempts).toEqual([])
})

test("where a filter denies it, nothing is started, and why is said", async () => {
  const outer = await runIsolated({
    executable: process.execPath,
    args: [
      `${import.meta.dirname}/lib/without-call.ts`,
      "seccomp",
      executable,
      "run",
      "hi",
      "--offline=kernel",
    ],
    provider: true,
  })
  expect(outer).toMatchObject({ exitCode: 2, stdout: "", attempts: [], providerRequests: [] })
  expect(outer.stderr).toContain("Kernel mode was asked for, and is not possible here")
})

// The setting is there from Linux 6.3 on.
test.skipIf(Bun.semver.order(release().split("-")[0]!, "6.3.0") < 0)(
  "where no memory can be made executable, nothing is started, and the doctor says why",
  async () => {
    const words = [`${import.meta.dirname}/lib/without-writable-code.ts`, executable]
    const outer = { executable: process.execPath, provider: true as const }
    const asked = await runIsolated({ ...outer, args: [...words, "run", "hi", "--offline=kernel"] })
    expect(asked).toMatchObject({ exitCode: 2, stdout: "", attempts: [], providerRequests: [] })
    expect(asked.stderr).toContain("MemoryDenyWriteExecute")
    const doctor = await runIsolated({ ...outer, args: [...words, "offline", "doctor", "--json"] })
    expect(doctor.exitCode).toBe(1)
    expect(JSON.parse(doctor.stdout)).toMatchObject({
      possible: false,
      why: expect.stringContaining("no C library"),
    })
  },
)

test("where the memory of programs may not be read, nothing is started, and the doctor says why", async () => {
  const words = [`${import.meta.dirname}/lib/without-call.ts`, "process_vm_readv", executable]
  const outer = { executable: process.execPath, provider: true as const }
  const asked = await runIsolated({ ...outer, args: [...words, "run", "hi", "--offline=kernel"] })
  expect(asked).toMatchObject({ exitCode: 2, stdout: "", attempts: [], providerRequests: [] })
  expect(asked.stderr).toContain("may not read the memory")
  const doctor = await runIsolated({ ...outer, args: [...words, "offline", "doctor", "--json"] })
  expect(doctor.exitCode).toBe(1)
  expect(JSON.parse(doctor.stdout)).toMatchObject({
    possible: false,
    why: expect.stringContaining("may not read"),
  })
})

test("the doctor says what this machine can do", async () => {
  const { stdout, exitCode } = await runCommand({ executable }, "offline", "doctor", "--json")
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ possible: true, why: null, confined: false })
  const text = await runCommand({ executable }, "offline", "doctor")
  expect(text.stdout).toStartWith("Kernel mode is possible here")
})

test("a word that is close to it is no switch", async () => {
  const { exitCode, stderr } = await runCommand({ executable }, "run", "hi", "--offline=kernal")
  expect(exitCode).toBe(2)
  expect(stderr).toContain("kernal")
})
