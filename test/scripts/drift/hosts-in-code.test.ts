import { describe, expect, test } from "bun:test"
import { findHosts } from "../../../scripts/drift/hosts-in-code.ts"
import { describeHost, readHostsInCode } from "../../../scripts/drift/known-hosts.ts"
import { readKnownHosts } from "../../../scripts/pins/hosts.ts"
import { listPins } from "../../../scripts/pins/pin.ts"
import { withoutCatalogues } from "../../../scripts/upstream/catalogue.ts"
import { sampleModule } from "../../lib/sample-executable.ts"

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

describe("what is known of hosts", () => {
  test("is not said of one that is not there, though its start or end is", async () => {
    const known = { "opencode.ai": "link" }
    expect(describeHost("opencode.ai", known)).toBe("link")
    for (const host of ["opencode.ai.example", "x.opencode.ai", "toString"])
      expect(describeHost(host, known)).toBeUndefined()
  })

  test("can be told by the hash of a name, which this repository does not name", async () => {
    const hash = new Bun.CryptoHasher("sha256").update("packages.example").digest("hex")
    expect(describeHost("packages.example", { [`sha256:${hash}`]: "dialled" })).toBe("dialled")
  })

  test("is more than a link where upstream was measured to try it", async () => {
    const known = await readHostsInCode()
    for (const pin of await listPins()) {
      const { always, unlessDropped } = await readKnownHosts(pin)
      for (const host of [...always, ...unlessDropped].filter((name) => name.includes(".")))
        expect(known[host], `${host} of ${pin}`).toMatch(/^dialled /)
    }
  })
})
