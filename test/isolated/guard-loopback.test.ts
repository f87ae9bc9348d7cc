import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { createAuthority, issueCertificate } from "../../scripts/isolation/authority.ts"
import { stockRuntimes } from "../lib/stock.ts"
import { besideRefusals } from "./lib/beside-refusals.ts"
import { makeGuardExecutable } from "./lib/guard-executable.ts"
import { probeScale } from "./lib/probe-scale.ts"

const authority = await createAuthority()
const certificates = {
  PROBE_KEY: authority.key,
  PROBE_AUTHORITY: authority.certificate,
  PROBE_CERTIFICATE: await issueCertificate(authority, "localhost"),
}

describe.each(await stockRuntimes())("on the runtime of $release", ({ executable: stock }) => {
  let executable: string
  beforeAll(async () => {
    executable = await makeGuardExecutable("guard-loopback-probe.ts", { stock })
  })
  afterAll(() => rm(dirname(executable), { recursive: true }))

  async function outcomes(
    args: string[],
    env: Record<string, string> = {},
  ): Promise<Record<string, unknown>> {
    const { stdout, stderr, exitCode } = await runIsolated({
      executable,
      args,
      env: { ...probeScale(), ...certificates, ...env },
    })
    expect({ exitCode, stderr: besideRefusals(stderr) }).toEqual({ exitCode: 0, stderr: "" })
    return Object.fromEntries(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    )
  }

  test("what a program does with loopback comes to the same with the guard and without", async () => {
    const [off, on] = [await outcomes([]), await outcomes(["--offline"])]
    expect(on).toEqual(off)
    expect(Object.values(off).filter((outcome) => outcome === "nothing in 3 s")).toEqual([])
  })
})
