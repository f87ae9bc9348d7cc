import { describe, expect, test } from "bun:test"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { readHostTable } from "../../../scripts/audit/host-table.ts"
import { readKnownHosts } from "../../../scripts/pins/hosts.ts"
import { findKnown, isDialled, readHostsInCode } from "../../../scripts/pins/hosts-in-code.ts"
import { listPins } from "../../../scripts/pins/pin.ts"
import { withoutCatalogues } from "../../../scripts/upstream/catalogue.ts"
import { findHosts } from "../../../scripts/upstream/hosts-in-code.ts"
import { sampleModule } from "../../lib/sample-executable.ts"

const ROOT = join(import.meta.dirname, "../../..")

describe("hosts in code", () => {
  const computed = "${"
  test.each([
    ['fetch("https://a.example/x")', ["a.example"]],
    ["x='WSS://B.Example:443'", ["b.example"]],
    ['["http://b.example","ws://a.example?q","https://b.example#z"]', ["a.example", "b.example"]],
    [`\`https://${computed}region}.c.example/${computed}path}\``, ["*.c.example"]],
    [`\`https://${computed}a?\`${computed}b}-\`:""}.g.example/\``, ["*.g.example"]],
    [`\`https://d.${computed}tail}/\``, ["d.*"]],
    ['"https://e.{Region}.{Partition#suffix}"', ["e.*.*"]],
    [`\`https://${computed}user}:${computed}password}@h.example:${computed}port}/\``, ["h.example"]],
    ['"http://[::1]:4096/"', ["[::1]"]],
    ['"https://user@f.example./"', ["f.example"]],
    ['"https://169.254.169.254/latest"', ["169.254.169.254"]],
    [`"https://" + host, \`https://${computed}host}/x\`, "https://…", /^https?:\\/\\//`, []],
    ['"xhttps://no.example", "ftp://no.example"', []],
  ])("of %p are %p", (text, hosts) => {
    expect(findHosts([text])).toEqual(hosts)
  })

  test.each([
    '{a:{id:"a",env:["K"],api:"https://catalogue.example",models:{}}}',
    `{
    "a": { id: "a", env: ["K"], api: "https://catalogue.example", models: {} },
  }`,
  ])("are not those of a model catalogue, and are those beside it: %p", (catalogue) => {
    const text = `// @bun\nvar c=${catalogue};fetch("https://beside.example")`
    const modules = [sampleModule({ name: "/$bunfs/root/chunk-1.js", contents: Buffer.from(text) })]
    expect(findHosts(withoutCatalogues({ modules }))).toEqual(["beside.example"])
  })
})

const LINK = { what: "link", scenario: undefined, unreached: undefined }

describe("what is known of hosts", () => {
  test("is not said of one that is not there, though its start or end is", async () => {
    const known = { "opencode.ai": LINK }
    expect(findKnown("opencode.ai", known)).toBe(LINK)
    for (const host of ["opencode.ai.example", "x.opencode.ai", "toString"])
      expect(findKnown(host, known)).toBeUndefined()
  })

  test("can be told by the hash of a name, which this repository does not name", async () => {
    const hash = new Bun.CryptoHasher("sha256").update("packages.example").digest("hex")
    expect(findKnown("packages.example", { [`sha256:${hash}`]: LINK })).toBe(LINK)
  })

  test("is more than a link where upstream was measured to try it", async () => {
    const known = await readHostsInCode()
    for (const pin of await listPins()) {
      const { always, unlessDropped } = await readKnownHosts(pin)
      for (const host of [...always, ...unlessDropped].filter((name) => name.includes(".")))
        expect(isDialled(known[host]!), `${host} of ${pin}`).toBe(true)
    }
  })

  test("names scenarios that there are, and one for each host that the audit's table has", async () => {
    const known = await readHostsInCode()
    const names = (await readdir(join(ROOT, "audit/scenarios"))).map((file) => file.replace(/\.ts$/, ""))
    for (const { scenario } of Object.values(known)) if (scenario) expect(names).toContain(scenario)
    const measured = [...readHostTable(await readFile(join(ROOT, "docs/connections.md"), "utf8")).keys()]
    const inCode = measured.filter((host) => Object.hasOwn(known, host))
    expect(inCode.length).toBeGreaterThan(5)
    for (const host of inCode) expect(known[host]!.scenario, host).toBeDefined()
  })
})
