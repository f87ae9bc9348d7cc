import { describe, expect, test } from "bun:test"
import { canonicalHost } from "../../../offline/policy/host.ts"
import { parseEntry } from "../../../offline/policy/read-entry.ts"
import { judge } from "../../../offline/policy.ts"
import { egress } from "../../../scripts/emit/egress.ts"
import { sampleRecord, sampleSubject } from "../../lib/subject.ts"

const ALLOW = ["llm.corp:8443", "*.svc.corp", "10.1.0.7:443", "192.0.2.7", "2001:db8::/32", "private"]

async function print(allow: string[], more: object = {}) {
  const policy = { mode: "always" as const, locked: true, allow, ...more }
  const files = await egress.print(sampleSubject({ record: { ...sampleRecord, policy } }))
  return {
    json: JSON.parse(files["egress.json"]!),
    squid: files["egress.squid.conf"]!,
    nft: files["egress.nft"]!,
    kubernetes: files["egress.networkpolicy.yaml"]!,
  }
}

describe("egress.json", () => {
  test("has each entry of the policy, taken apart", async () => {
    const { rules } = (await print(ALLOW)).json
    expect(rules.slice(0, 5)).toEqual([
      { entry: "llm.corp:8443", name: "llm.corp", port: 8443 },
      { entry: "*.svc.corp", suffix: ".svc.corp" },
      { entry: "10.1.0.7:443", blocks: ["10.1.0.7/32"], port: 443 },
      { entry: "192.0.2.7", blocks: ["192.0.2.7/32"] },
      { entry: "2001:db8::/32", blocks: ["2001:db8:0:0:0:0:0:0/32"] },
    ])
    expect(rules[5].blocks).toContain("172.16.0.0/12")
  })

  test.each([
    "localhost",
    "localhost:4096",
    "*.localhost",
    "127.0.0.1:8080",
    "127.0.0.0/8",
    "127.1.0.0/16",
    "0.0.0.0",
    "[::1]:4096",
    "::1/128",
  ])("has no rule for %s, which is loopback, nor has any list", async (entry) => {
    const { json, ...lists } = await print([entry])
    expect(json).toMatchObject({ loopback: true, rules: [] })
    const { json: _, ...none } = await print([])
    expect(lists).toEqual(none)
  })

  test("never opens the proxy's own loopback to others, and does not close it to the proxy's own programs", async () => {
    for (const allow of [[], ["0.0.0.0/0"], ["leads-to-loopback.corp"]]) {
      const [first] = (await print(allow)).squid.match(/^http_access .*$/m)!
      expect(first).toBe("http_access deny to_localhost !localhost")
    }
  })

  test("has a rule for a block that is more than loopback", async () => {
    for (const entry of ["0.0.0.0/0", "0.0.0.0/1", "126.0.0.0/7", "::/0", "::/126", "localhost.corp"])
      expect((await print([entry])).json.rules, entry).toHaveLength(1)
  })

  test("says of a build without a policy that a run online is not held, and who can allow more", async () => {
    const files = await egress.print(sampleSubject())
    const found = JSON.parse(files["egress.json"]!)
    expect(found).toMatchObject({ mode: "opt-in", locked: false, rules: [] })
    expect(found.notHeld.join()).toContain("a run that is not offline")
    expect(found.widenedBy.join()).toContain("OPENCODE_OFFLINE_ALLOW")
    expect(found.builtIn).toBe(false)
    for (const name of ["egress.squid.conf", "egress.nft", "egress.networkpolicy.yaml"]) {
      expect(files[name], name).toContain("# No policy is built into OpenCode 1.2.3")
      expect(files[name], name).toContain("# More can be allowed by the environment")
    }
  })

  test("says that the default configuration that is built in can allow more, unless the policy is locked", async () => {
    const configuration = { keys: ["provider"], bytes: 9, sha256: "ef".repeat(32) }
    const widenedBy = async (locked: boolean) => {
      const policy = { mode: "always" as const, locked, allow: [] }
      const files = await egress.print(sampleSubject({ record: { ...sampleRecord, policy, configuration } }))
      return JSON.parse(files["egress.json"]!).widenedBy.join()
    }
    expect(await widenedBy(false)).toContain("the default configuration that is built in")
    expect(await widenedBy(true)).not.toContain("default configuration")
    expect((await print([], { locked: false })).json.widenedBy.join()).not.toContain("default configuration")
  })

  test("says of a locked one that is always offline only what no policy holds", async () => {
    const { json } = await print(ALLOW)
    expect(json.builtIn).toBe(true)
    expect((await print(ALLOW)).nft).not.toContain("More can be allowed")
    expect(json.notHeld).toHaveLength(1)
    expect((await print(ALLOW, { enforce: "kernel" })).json.notHeld).toEqual([])
    expect(json.widenedBy).toEqual(["a managed policy, within what this build allows"])
  })
})

/** Whether squid's `dstdom_regex` and `dstdomain` lines of the rule allow a name: what the guard has to say, too. */
function squidAllows(squid: string, host: string): boolean {
  const exact = [...squid.matchAll(/dstdomain -n (\S+)/g)].some(([, name]) => name === host)
  const patterns = [...squid.matchAll(/dstdom_regex -n -i (\S+)/g)].map(([, text]) => new RegExp(text!, "i"))
  return exact || patterns.some((pattern) => pattern.test(host))
}

describe("the allow-list of squid", () => {
  const policy = { entries: [parseEntry("*.svc.corp", "x"), parseEntry("llm.corp", "x")], ignored: [] }

  test.each([
    "a.svc.corp",
    "svc.corp",
    "xsvc.corp",
    "a.svc.corp.evil",
    "llm.corp",
    "a.llm.corp",
    "llm.corpx",
  ])("says of %s what the policy says", async (host) => {
    const { squid } = await print(["*.svc.corp", "llm.corp"])
    const verdict = judge(policy, canonicalHost(host)!, undefined)
    expect(squidAllows(squid, host)).toBe(verdict.allowed)
  })

  test("allows an address only where one is asked for as such, on the entry's port", async () => {
    const { squid } = await print(["10.1.0.7:443"])
    expect(squid).toContain("acl opencode_host_1 dst 10.1.0.7/32\nacl opencode_port_1 port 443\n")
    expect(squid).toContain("http_access allow opencode_address opencode_host_1 opencode_port_1\n")
  })

  test("takes for an address what is written as one, and no name", async () => {
    const { squid } = await print(["10.0.0.0/8"])
    const address = new RegExp(/acl opencode_address dstdom_regex -n (\S+)/.exec(squid)![1]!)
    for (const text of ["10.1.2.3", "[2001:db8::1]", "::1"]) expect(text).toMatch(address)
    for (const text of ["face.de", "cafe", "a.b", "llm.corp"]) expect(text).not.toMatch(address)
  })

  test("keeps to the family of a block that is all of it", async () => {
    const { squid } = await print(["0.0.0.0/0", "::/0"])
    expect(squid).toContain("acl opencode_host_1 dst ipv4\n")
    expect(squid).toContain("acl opencode_host_2 dst ipv6\n")
  })

  test("ends with a refusal, also when nothing is allowed", async () => {
    for (const allow of [[], ALLOW]) expect((await print(allow)).squid).toEndWith("\nhttp_access deny all\n")
    expect((await print([])).squid).not.toContain("http_access allow")
  })
})

function setsOf(nft: string): string[] {
  return [...nft.matchAll(/^ {2}set (\w+)_ipv4 /gm)].map(([, name]) => name!)
}

describe("the rules of nftables", () => {
  test("accept loopback and what is allowed, and reject the rest", async () => {
    const { nft } = await print(["10.1.0.7:443", "2001:db8::/32", "llm.corp:8443"])
    expect(nft).toContain("policy drop;")
    expect(nft).toContain('oifname "lo" accept')
    expect(nft).toContain("ip daddr 10.1.0.7/32 meta l4proto { tcp, udp } th dport 443 accept")
    expect(nft).toContain("ip6 daddr 2001:db8:0:0:0:0:0:0/32 accept")
    const [set] = setsOf(nft)
    expect(nft).toContain(`ip daddr @${set}_ipv4 meta l4proto { tcp, udp } th dport 8443 accept`)
    expect(nft.trimEnd().split("\n").at(-3)).toContain("reject")
  })

  test("replace those of an earlier file, in one step", async () => {
    const lines = (await print(["llm.corp"])).nft
      .split("\n")
      .filter((line) => line.startsWith("t") || line.startsWith("d"))
    expect(lines).toEqual([
      "table inet opencode_egress",
      "delete table inet opencode_egress",
      "table inet opencode_egress {",
    ])
  })

  test("have a set of the same name for an entry, wherever it stands, and one for each", async () => {
    const [corp] = setsOf((await print(["llm.corp"])).nft)
    expect(setsOf((await print(["a.corp", "llm.corp"])).nft)[1]).toBe(corp!)
    expect(new Set(setsOf((await print(["a.corp", "llm.corp", "llm.corp:443"])).nft)).size).toBe(3)
    expect(setsOf((await print(["llm.corp", "llm.corp"])).nft)).toEqual([corp!])
  })

  test("accept nothing else when nothing is allowed", async () => {
    expect((await print([])).nft).not.toContain("daddr")
  })
})

describe("the NetworkPolicy", () => {
  test("is YAML that Kubernetes reads: address blocks, and a proxy for names", async () => {
    const document = Bun.YAML.parse((await print(ALLOW)).kubernetes)
    expect(document).toMatchObject({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      spec: { podSelector: { matchLabels: { app: "opencode" } }, policyTypes: ["Egress"] },
    })
    const { egress } = (document as { spec: { egress: unknown[] } }).spec
    expect(egress).toHaveLength(5)
    expect(egress[0]).toEqual({
      to: [{ ipBlock: { cidr: "10.1.0.7/32" } }],
      ports: [
        { protocol: "TCP", port: 443 },
        { protocol: "UDP", port: 443 },
      ],
    })
    expect(egress[4]).toMatchObject({ to: [{ podSelector: { matchLabels: { app: "egress-proxy" } } }] })
  })

  test("lets nothing out when nothing is allowed", async () => {
    expect(Bun.YAML.parse((await print([])).kubernetes)).toMatchObject({ spec: { egress: [] } })
  })
})
