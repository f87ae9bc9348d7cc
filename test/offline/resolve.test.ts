import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { readConfigSources } from "../../offline/config-files.ts"
import { canonicalHost } from "../../offline/policy/host.ts"
import { createPolicy, judge } from "../../offline/policy.ts"
import { environmentSaysOn, resolve } from "../../offline/resolve.ts"

let root: string
let env: Record<string, string>
const at = (...parts: string[]) => path.join(root, ...parts)

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), "resolve-")))
  mkdirSync(at("repo", ".git"), { recursive: true })
  mkdirSync(at("repo", "sub"))
  mkdirSync(at("home"))
  env = {
    XDG_CONFIG_HOME: at("home", ".config"),
    OPENCODE_TEST_HOME: at("home"),
  }
})

afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, config: unknown): void {
  mkdirSync(path.dirname(at(file)), { recursive: true })
  writeFileSync(at(file), typeof config === "string" ? config : JSON.stringify(config))
}

function resolveIn(cwd: string, line = "", more: Record<string, string> = {}) {
  return resolve({
    words: line.split(" ").filter(Boolean),
    env: { ...env, ...more },
    cwd: at(cwd),
    managed: [at("managed")],
  })
}

const entries = (lines: { text: string }[]) => lines.map(({ text }) => text)
const provider = (baseURL: string) => ({ p: { options: { baseURL } } })

describe("the switch", () => {
  test("is off when nothing speaks of it", () => {
    expect(resolveIn("repo")).toEqual({
      origin: undefined,
      allow: [],
      ignored: [],
      lockedBy: undefined,
      projectCode: "allow",
      logs: [],
      project: at("repo"),
      notes: [],
    })
  })

  for (const value of ["1", "true", "yes", "on", "TRUE", " On "]) {
    test(`is on with OPENCODE_OFFLINE=${JSON.stringify(value)}`, () => {
      expect(resolveIn("repo", "", { OPENCODE_OFFLINE: value }).origin).toBe(`OPENCODE_OFFLINE=${value}`)
    })
  }

  for (const value of ["0", "false", "no", "off", "", "OFF"]) {
    test(`is off with OPENCODE_OFFLINE=${JSON.stringify(value)}`, () => {
      expect(resolveIn("repo", "", { OPENCODE_OFFLINE: value }).origin).toBeUndefined()
    })
  }

  for (const value of ["ture", "2", "enabled", "y"]) {
    test(`is an error with OPENCODE_OFFLINE=${value}, which names the variable, the value and what is accepted`, () => {
      const attempt = () => resolveIn("repo", "", { OPENCODE_OFFLINE: value })
      expect(attempt).toThrow(`OPENCODE_OFFLINE has the value "${value}"`)
      expect(attempt).toThrow(expect.objectContaining({ next: expect.stringContaining("1, true, yes, on") }))
    })
  }

  test("is an error with another value of --offline, also when another source has switched it on", () => {
    const attempt = () => resolveIn("repo", "--offline=maybe", { OPENCODE_OFFLINE: "1" })
    expect(attempt).toThrow('--offline has the value "maybe"')
  })

  test("is not switched off by one source when another has switched it on", () => {
    expect(resolveIn("repo", "--no-offline", { OPENCODE_OFFLINE: "1" }).origin).toBe("OPENCODE_OFFLINE=1")
    expect(resolveIn("repo", "--offline", { OPENCODE_OFFLINE: "0" }).origin).toBe("--offline")
    write("managed/opencode.json", { offline: true })
    expect(resolveIn("repo", "--offline=0", { OPENCODE_OFFLINE: "0" }).origin).toContain(at("managed"))
  })

  const files = [
    "managed/opencode.json",
    "managed/opencode.jsonc",
    "home/.config/opencode/config.json",
    "home/.config/opencode/opencode.json",
    "home/.config/opencode/opencode.jsonc",
    "home/.opencode/opencode.json",
    "repo/opencode.json",
    "repo/opencode.jsonc",
    "repo/.opencode/opencode.json",
    "repo/sub/opencode.json",
    "repo/sub/.opencode/opencode.jsonc",
  ]
  for (const file of files) {
    test(`is on with "offline": true in ${file}`, () => {
      write(file, { offline: true })
      expect(resolveIn("repo/sub").origin).toBe(`"offline" in ${at(file)}`)
    })
  }

  test("is on with an allow-list in a project's file, though that allows nothing", () => {
    write("repo/opencode.json", { offline: { allow: ["evil.example"] } })
    const { origin, allow, ignored } = resolveIn("repo")
    expect(origin).toContain(at("repo", "opencode.json"))
    expect({ allow: entries(allow), ignored: entries(ignored) }).toEqual({
      allow: [],
      ignored: ["evil.example"],
    })
  })

  test("is not looked for above the root of the repository, nor where project files are switched off", () => {
    write("opencode.json", { offline: true })
    expect(resolveIn("repo/sub").origin).toBeUndefined()
    write("repo/opencode.json", { offline: true })
    expect(resolveIn("repo", "", { OPENCODE_DISABLE_PROJECT_CONFIG: "1" }).origin).toBeUndefined()
  })

  test("is looked for in the folder that the command names, and then not in the working directory", () => {
    write("repo/opencode.json", { offline: true })
    mkdirSync(at("other"))
    expect(resolveIn("other", "../repo").origin).toBeDefined()
    expect(resolveIn("other", "run --dir ../repo hi").origin).toBeDefined()
    expect(resolveIn("repo", "../other").origin).toBeUndefined()
    expect(resolveIn("repo", "run other").origin).toBeDefined()
  })

  test("is looked for from PWD on where the command names a folder, as the shell has it", () => {
    write("repo/sub/opencode.json", { offline: true })
    mkdirSync(at("other"))
    for (const line of ["run --dir sub hi", "run --dir=sub hi", "sub"]) {
      expect(resolveIn("other", line, { PWD: at("repo") }).project).toBe(at("repo/sub"))
      expect(resolveIn("other", line, { PWD: at("repo") }).origin).toBeDefined()
      expect(resolveIn("repo", line, { PWD: at("other") }).origin).toBeUndefined()
      expect(resolveIn("repo", line, { PWD: "no/absolute/path" }).origin).toBeDefined()
      expect(resolveIn("repo", line).origin).toBeDefined()
    }
  })

  test("of a worker is on with a value that says nothing, so that a typo never means online", () => {
    const says = (value: string) => environmentSaysOn({ OPENCODE_OFFLINE: value })
    expect(["ture", "2", "1", " on "].map(says)).toEqual([true, true, true, true])
    expect(["0", "", "off"].map(says)).toEqual([false, false, false])
    expect(environmentSaysOn({})).toBe(false)
  })

  test("is read from OPENCODE_CONFIG, OPENCODE_CONFIG_DIR and OPENCODE_CONFIG_CONTENT", () => {
    write("a/some.json", { offline: true })
    write("b/opencode.json", { offline: true })
    expect(resolveIn("repo", "", { OPENCODE_CONFIG: at("a/some.json") }).origin).toContain("some.json")
    expect(resolveIn("repo", "", { OPENCODE_CONFIG_DIR: at("b") }).origin).toContain(at("b"))
    expect(resolveIn("repo", "", { OPENCODE_CONFIG_CONTENT: '{"offline":true}' }).origin).toContain("CONTENT")
  })

  for (const value of ['"on"', "1", "null", "[]", '{ "alow": [] }', '{ "allow": "x" }', '{ "allow": [1] }']) {
    test(`is an error with "offline": ${value}, which names the file and the value`, () => {
      write("repo/opencode.json", `{ "offline": ${value} }`)
      const attempt = () => resolveIn("repo")
      expect(attempt).toThrow(
        `${at("repo", "opencode.json")} has "offline": ${JSON.stringify(JSON.parse(value))}`,
      )
    })
  }

  test("does not get lost in a malformed file", () => {
    write("repo/opencode.json", '{ "offline": true, "x": ')
    expect(resolveIn("repo").origin).toBeDefined()
    write("repo/opencode.json", '{ "x": [ , "offline": tru }')
    expect(() => resolveIn("repo")).toThrow("malformed")
  })

  test("is off with a malformed file that does not speak of it: upstream reports that one", () => {
    write("repo/opencode.json", '{ "x": ')
    expect(resolveIn("repo").origin).toBeUndefined()
  })
})

describe("the policy", () => {
  test("takes entries from the environment, managed and user-level files, with where they stand", () => {
    write("home/.config/opencode/opencode.json", { offline: { allow: ["a.corp"] } })
    write("managed/opencode.json", { offline: { allow: ["b.corp"] } })
    const { allow } = resolveIn("repo", "", { OPENCODE_OFFLINE_ALLOW: "c.corp, d.corp:80  private" })
    expect(allow).toEqual([
      ...["c.corp", "d.corp:80", "private"].map((text) => ({ text, origin: "OPENCODE_OFFLINE_ALLOW" })),
      { text: "a.corp", origin: `${at("home/.config/opencode/opencode.json")} (offline.allow)` },
      { text: "b.corp", origin: `${at("managed/opencode.json")} (offline.allow)` },
    ])
  })

  test("allows providers and MCP servers that trusted files name, on their own port", () => {
    write("home/.config/opencode/opencode.json", {
      provider: {
        a: { options: { baseURL: "https://a.corp/v1" } },
        b: { api: "http://b.corp:8000/v1", models: { m: { provider: { api: "https://m.corp" } } } },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: upstream's own notation
        c: { options: { baseURL: "https://${REGION}.c.corp" } },
        d: { options: { baseURL: "{env:D_URL}" } },
        e: { options: { baseURL: "no url" } },
        f: { options: { endpoint: "https://endpoint.corp" } },
      },
      mcp: { x: { type: "remote", url: "https://mcp.corp/sse" }, y: { type: "local", command: ["y"] } },
    })
    const { allow } = resolveIn("repo", "--offline", { REGION: "eu", D_URL: "http://d.corp:1/" })
    const expected = [
      "a.corp:443",
      "b.corp:8000",
      "m.corp:443",
      "eu.c.corp:443",
      "d.corp:1",
      "endpoint.corp:443",
      "mcp.corp:443",
    ]
    expect(entries(allow)).toEqual(expected)
  })

  test("is never widened by a project's file, whatever it names", () => {
    const config = {
      offline: { allow: ["*.example"] },
      provider: provider("https://p.example"),
      mcp: { x: { url: "https://m.example" } },
    }
    for (const file of ["repo/opencode.json", "repo/.opencode/opencode.jsonc", "repo/sub/opencode.jsonc"]) {
      write(file, config)
      const { allow, ignored } = resolveIn("repo/sub", "--offline")
      expect({ file, allow, ignored: entries(ignored) }).toMatchObject({ file, allow: [] })
      expect(entries(ignored)).toContain("p.example:443")
    }
  })

  test("is not widened by a project's text that a variable's configuration refers to", () => {
    write("repo/url", "https://evil.example")
    const content = JSON.stringify({ provider: provider("{file:url}"), offline: true })
    expect(resolveIn("repo", "", { OPENCODE_CONFIG_CONTENT: content }).allow).toEqual([])
  })

  test("allows nothing from a file that is malformed", () => {
    write("home/.config/opencode/opencode.json", '{ "offline": { "allow": ["a.corp"] }, "x": ')
    expect(resolveIn("repo")).toMatchObject({ origin: expect.any(String), allow: [] })
  })

  test("allows the URL that is typed after attach", () => {
    const { allow } = resolveIn("repo", "attach https://server.corp:4096 --offline")
    expect(allow).toMatchObject([{ text: "server.corp:4096", origin: "the URL after attach" }])
  })
})

describe("a configuration file", () => {
  const FILES = {
    managed: "managed/opencode.json",
    user: "home/.config/opencode/opencode.json",
    project: "repo/opencode.json",
  }

  for (const [whose, file] of Object.entries(FILES)) {
    test(`of the ${whose} that is a folder, a device, a loop, a pipe or too long stops the start`, () => {
      mkdirSync(path.dirname(at(file)), { recursive: true })
      const put = [
        () => mkdirSync(at(file)),
        () => symlinkSync("/dev/zero", at(file)),
        () => symlinkSync(at(file), at(file)),
        () => execFileSync("mkfifo", [at(file)]),
        () => writeFileSync(at(file), `{ "a": "${"x".repeat(1024 * 1024)}" }`),
      ]
      for (const make of put) {
        make()
        expect(() => resolveIn("repo")).toThrow(`${at(file)} cannot be read`)
        rmSync(at(file), { recursive: true })
      }
      expect(resolveIn("repo").origin).toBeUndefined()
    })
  }

  test("whose folder is a file, or is not there, was never there", () => {
    for (const folder of ["managed", "home/.config/opencode", "home/.opencode", "repo/.opencode"])
      write(folder, "")
    expect(resolveIn("repo").origin).toBeUndefined()
  })

  test("says who wrote it by where it stands", () => {
    write("managed/opencode.json", {})
    write("home/.config/opencode/opencode.json", {})
    write("home/.opencode/opencode.json", {})
    write("repo/opencode.json", {})
    write("own/opencode.json", {})
    write("own.json", {})
    const named = {
      OPENCODE_CONFIG: at("own.json"),
      OPENCODE_CONFIG_DIR: at("own"),
      OPENCODE_CONFIG_CONTENT: "{}",
    }
    const places = { env: { ...env, ...named }, directories: [at("repo")], managed: [at("managed")] }
    expect(readConfigSources(places).map(({ name, trust }) => [name.replace(`${root}/`, ""), trust])).toEqual(
      [
        ["home/.config/opencode/opencode.json", "user"],
        ["own.json", "environment"],
        ["repo/opencode.json", "project"],
        ["home/.opencode/opencode.json", "user"],
        ["own/opencode.json", "environment"],
        ["managed/opencode.json", "managed"],
        ["OPENCODE_CONFIG_CONTENT", "environment"],
      ],
    )
  })

  test("in a variable allows what it names", () => {
    const content = JSON.stringify({ offline: { allow: ["a.corp"] }, provider: provider("https://b.corp") })
    const { allow, ignored } = resolveIn("repo", "", { OPENCODE_CONFIG_CONTENT: content })
    expect([entries(allow), ignored]).toEqual([["a.corp", "b.corp:443"], []])
  })

  test("that it names (`{file:…}`) and that is without end is left as it is written", () => {
    write("home/.config/opencode/opencode.json", { provider: provider("{file:/dev/zero}") })
    expect(resolveIn("repo", "--offline").allow).toEqual([])
  })

  test("of the administrator counts when a variable names another place for it", () => {
    write("etc/opencode.json", { offline: true })
    write("other/opencode.json", { offline: false })
    const named = { ...env, OPENCODE_TEST_MANAGED_CONFIG_DIR: at("other") }
    const sources = readConfigSources({ env: named, directories: [], managed: [at("etc")] })
    expect(sources.map(({ name, trust }) => [name, trust])).toEqual([
      [at("etc/opencode.json"), "managed"],
      [at("other/opencode.json"), "environment"],
    ])
  })

  test("names an address whose host has a star in it: that allows nothing", () => {
    for (const host of ["%2a.com", "*.com", "a.*.com"]) {
      write("home/.config/opencode/opencode.json", { provider: provider(`https://${host}/v1`) })
      expect(resolveIn("repo", "--offline").allow).toEqual([])
    }
  })

  test("names an address: what allows is its host and port, whatever their text could be read as", () => {
    const urls = {
      "http://private/v1": ["private", 80],
      "http://a$b.corp:8080": ["a$b.corp", 8080],
      "http://-a.corp/": ["-a.corp", 80],
      "http://[fd00::7]:1/": ["fd00::7", 1],
      "http://0x7f.1/": ["127.0.0.1", 80],
      "http://a.corp/10.0.0.0/8": ["a.corp", 80],
    } as const
    for (const [url, [host, port]] of Object.entries(urls)) {
      write("home/.config/opencode/opencode.json", { provider: provider(url) })
      const { allow } = resolveIn("repo", "--offline")
      expect(allow).toMatchObject([{ at: { host, port } }])
      const policy = createPolicy(allow)
      const allows = (name: string, at: number) => judge(policy, canonicalHost(name)!, at).allowed
      expect([url, allows(host, port), allows("10.0.0.1", port), allows(host, port + 1)]).toEqual([
        url,
        true,
        false,
        host === "127.0.0.1",
      ])
    }
  })
})
