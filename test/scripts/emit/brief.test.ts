import { describe, expect, test } from "bun:test"
import { brief } from "../../../scripts/emit/brief.ts"
import type { Measured } from "../../../scripts/emit/measured.ts"
import type { Subject } from "../../../scripts/emit/output.ts"
import { sampleRecord, sampleSubject } from "../../lib/subject.ts"

const measured: Measured = {
  sha256: "ab".repeat(32),
  startedAt: "2026-01-02T03:04:05.678Z",
  kernel: "Linux 6.1, x64",
  isGood: true,
  sentence: "0 packets left this machine: 40 scenarios, 3 networks",
  networks: ["connections are answered", "packets are dropped"],
  scenarios: 40,
  runs: 120,
  worked: 118,
  packets: { left: 0, allowed: 12, stock: 345 },
  findings: [],
  notRun: ["a TUI: it was not named"],
}

async function print(more: Partial<Subject> = {}) {
  const files = await brief.print(sampleSubject(more))
  return { markdown: files["brief.md"]!, html: files["brief.html"]! }
}

describe("the brief", () => {
  test("says first what was measured, and of what it was measured", async () => {
    const { markdown, html } = await print({ measured })
    for (const text of [markdown, html]) {
      expect(text).toContain("Offline, 0 packets left this machine: 40 scenarios, 3 networks.")
      expect(text).toContain("118 of 120 runs did their job")
      expect(text).toContain("345 packets in the same scenarios")
      expect(text).toContain(sampleRecord.executable.sha256)
      expect(text).toContain(measured.sha256)
    }
    expect(html).toContain('class="verdict good"')
  })

  test("says that it is not to be rolled out when something was found", async () => {
    const { markdown, html } = await print({
      measured: { ...measured, isGood: false, findings: ["offline tried evil.example"] },
    })
    expect(markdown).toContain("Do not roll it out as it is")
    expect(markdown).toContain("offline tried evil.example")
    expect(html).toContain('class="verdict bad"')
  })

  test("claims nothing when nothing was measured", async () => {
    const { markdown, html } = await print()
    expect(markdown).toContain("nothing is said of what it connects to")
    expect(markdown).not.toContain("left this machine")
    expect(html).toContain('class="verdict unknown"')
  })

  test("says of the policy who may change what", async () => {
    const policy = { mode: "always" as const, locked: true, allow: ["llm.corp:443"] }
    const locked = await print({ record: { ...sampleRecord, policy } })
    expect(locked.markdown).toContain("cannot switch offline off; cannot allow a host")
    expect(locked.markdown).toContain("loopback, llm.corp:443")
    const none = await print()
    expect(none.markdown).toContain("can run it online; can allow hosts")
  })

  test("is called offline without more only where every run is", async () => {
    const titleWith = async (mode?: "opt-in" | "default-on" | "always") => {
      const policy = mode && { mode, locked: false, allow: [] }
      return (await print({ record: { ...sampleRecord, policy } })).markdown.split("\n")[0]
    }
    expect(await titleWith("always")).toEndWith(", offline")
    expect(await titleWith("default-on")).toEndWith(", offline unless it is switched off")
    expect(await titleWith("opt-in")).toEndWith(", with an offline switch")
    expect(await titleWith()).toEndWith(", with an offline switch")
  })

  test("says of loopback and Unix sockets what kernel mode leaves, and that without it all are open", async () => {
    const policy = { mode: "always" as const, locked: true, allow: [], enforce: "kernel" as const }
    const of = async (more: object) =>
      (await print({ record: { ...sampleRecord, policy: { ...policy, ...more } } })).markdown
    expect(await of({})).toContain(
      "ports that it opened itself or that are allowed, and Unix sockets that it opened itself:",
    )
    expect(await of({ loopback: "any", unix: ["/run/a.sock"] })).toContain(
      "every port of loopback, and Unix sockets that it opened itself, /run/a.sock:",
    )
    expect(await of({ enforce: "guard" })).toContain("always allowed: what listens there is trusted")
  })

  test("says which default configuration is built in", async () => {
    const configuration = { keys: ["model", "provider"], bytes: 9, sha256: "ef".repeat(32) }
    const { markdown } = await print({ record: { ...sampleRecord, configuration } })
    expect(markdown).toContain(`with the keys model, provider; sha256 ${configuration.sha256}`)
    expect((await print()).markdown).not.toContain("Default configuration")
  })

  test("says of the runtime no more than what was compared", async () => {
    const { runtime } = sampleRecord
    const bun = `${runtime.package}@${runtime.version}`
    expect((await print()).markdown).toContain(`equal to ${bun}, byte for byte`)
    const signed = await print({
      record: { ...sampleRecord, runtime: { ...runtime, apartFromSignature: true } },
    })
    expect(signed.markdown).toContain(`equal to ${bun} but for the file's checksum and signature`)
    expect(signed.markdown).not.toContain("byte for byte")
    const other = await print({ record: { ...sampleRecord, runtime: { ...runtime, equal: false } } })
    expect(other.markdown).toContain(`NOT equal to ${bun}`)
  })

  test("says by which key it is signed, or that it is not", async () => {
    expect((await print({ signedBy: "cafe" })).markdown).toContain("the key with the fingerprint cafe")
    expect((await print()).markdown).toContain("not signed")
  })

  test("as a page asks for nothing, runs nothing, and shows what is in a name as text", async () => {
    const policy = { mode: "always" as const, locked: true, allow: ["<script src=//evil.example>"] }
    const { html, markdown } = await print({ record: { ...sampleRecord, policy }, measured })
    expect(html).toContain("default-src 'none'")
    expect(html).not.toMatch(/<script|<link|<img|src=["']|href=|@import|url\(/)
    expect(html).toContain("&#60;script")
    expect(markdown).toContain("\\<script")
  })
})
