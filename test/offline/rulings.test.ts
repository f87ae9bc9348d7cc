import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { type BakedPolicy, UNBAKED } from "../../offline/baked.ts"
import { SettingError } from "../../offline/error.ts"
import { createPolicy } from "../../offline/policy.ts"
import { resolve } from "../../offline/resolve.ts"

// What an administrator decides in a managed file, alone and together with what was built in. Who runs this is root here,
// whose right to the file is no matter; others are in file-rights.test.ts and isolated/policy-managed.test.ts.

let root: string
const at = (...parts: string[]) => path.join(root, ...parts)

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), "rulings-")))
  mkdirSync(at("repo", ".git"), { recursive: true })
})

afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, text: unknown): void {
  mkdirSync(path.dirname(at(file)), { recursive: true })
  writeFileSync(at(file), typeof text === "string" ? text : JSON.stringify(text))
}

const manage = (offline: unknown, more: object = {}) => write("etc/opencode.json", { offline, ...more })

const provider = (...urls: string[]) => ({
  provider: Object.fromEntries(urls.map((baseURL, index) => [`p${index}`, { options: { baseURL } }])),
})

interface Given {
  line?: string
  env?: Record<string, string>
  baked?: Partial<BakedPolicy>
  uid?: number
}

const resolveWith = ({ line = "", env = {}, baked = {}, uid = 0 }: Given = {}) =>
  resolve({
    words: line.split(" ").filter(Boolean),
    env: { XDG_CONFIG_HOME: at("config"), OPENCODE_TEST_HOME: at("home"), ...env },
    cwd: at("repo"),
    baked: { ...UNBAKED, ...baked },
    managed: [at("etc")],
    uid,
  })

const texts = (lines: { text: string }[]) => lines.map(({ text }) => text)

/** Everyone who is no administrator, asking for evil.example. */
function askEverywhere(more: object = {}): Given {
  const config = { offline: { allow: ["evil.example"] }, ...provider("https://evil.example/v1"), ...more }
  for (const file of ["repo/opencode.json", "config/opencode/opencode.json", "home/.opencode/opencode.json"])
    write(file, config)
  write("other/opencode.json", config)
  write("own.json", config)
  return {
    line: "attach https://evil.example --no-offline",
    env: {
      OPENCODE_OFFLINE: "0",
      OPENCODE_OFFLINE_ALLOW: "evil.example",
      OPENCODE_CONFIG: at("own.json"),
      OPENCODE_CONFIG_DIR: at("other"),
      OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
      OPENCODE_TEST_MANAGED_CONFIG_DIR: at("other"),
    },
  }
}

describe("a managed policy that is locked", () => {
  test("leaves what it and the build name, whoever asks for more, and says who locked it", () => {
    manage({ mode: "always", allow: ["llm.corp"], locked: true }, provider("https://own.corp/v1"))
    const { origin, allow, ignored, lockedBy } = resolveWith({
      ...askEverywhere(),
      baked: { allow: ["built.corp"] },
    })
    expect(origin).toBe(`"offline" in ${at("etc/opencode.json")}`)
    expect(texts(allow)).toEqual(["built.corp", "llm.corp", "own.corp:443"])
    expect(new Set(texts(ignored))).toEqual(new Set(["evil.example", "evil.example:443"]))
    expect(lockedBy).toBe(at("etc/opencode.json"))
  })

  test.each(["always", "default-on"])("and %s is switched off by nobody", (mode) => {
    manage({ mode, allow: [], locked: true })
    for (const given of [
      { line: "--no-offline" },
      { env: { OPENCODE_OFFLINE: "0" } },
      { line: "--offline=off" },
    ])
      expect(resolveWith(given).origin).toBe(`"offline" in ${at("etc/opencode.json")}`)
  })

  test("and opt-in is off until it is asked for, and then locked", () => {
    manage({ mode: "opt-in", allow: ["llm.corp"], locked: true })
    expect(resolveWith().origin).toBeUndefined()
    const { allow, lockedBy } = resolveWith({ ...askEverywhere(), line: "--offline" })
    expect(texts(allow)).toEqual(["llm.corp"])
    expect(lockedBy).toBeDefined()
  })

  test("without a mode switches on, as any object does", () => {
    manage({ locked: true })
    expect(resolveWith({ line: "--no-offline" })).toMatchObject({ origin: expect.any(String), allow: [] })
  })

  test("takes nothing from variables and other files that are put into its text", () => {
    const urls = ["https://{env:A}/v1", "https://{env:B}ok.corp/", "{file:url}", "https://ok.corp/v1"]
    // biome-ignore lint/suspicious/noTemplateCurlyInString: upstream's own notation
    manage({ locked: true, allow: [] }, provider(...urls, "https://${A}", "https://ok.corp/${A}"))
    write("etc/url", "https://evil.example")
    const env = { A: "evil.example", B: "evil.example/" }
    expect(texts(resolveWith({ env }).allow)).toEqual(["ok.corp:443"])
    manage({ locked: true, allow: [] }, { x: "{env:A}", ...provider("https://ok.corp/v1") })
    const injected = '", "offline": { "mode": "opt-in", "locked": false, "allow": ["evil.example"] }, "y": "'
    const { origin, allow, lockedBy } = resolveWith({ env: { A: injected } })
    expect({ on: origin !== undefined, allow: texts(allow), lockedBy }).toEqual({
      on: true,
      allow: ["ok.corp:443"],
      lockedBy: at("etc/opencode.json"),
    })
  })

  test("stays an administrator's when a variable names it too", () => {
    manage({ locked: true, allow: ["llm.corp"] })
    const env = { OPENCODE_CONFIG: at("etc/opencode.json"), OPENCODE_CONFIG_DIR: at("etc") }
    expect(resolveWith({ env })).toMatchObject({ lockedBy: at("etc/opencode.json"), ignored: [] })
    expect(texts(resolveWith({ env }).allow)).toEqual(["llm.corp"])
  })

  test("may have what only variables make whole, where it decides nothing", () => {
    write("etc/opencode.json", '{ "timeout": {env:SECONDS}, "provider": {} }')
    expect(resolveWith({ env: { SECONDS: "5" } }).origin).toBeUndefined()
    expect(() => resolveWith()).toThrow("malformed")
  })

  test("in either of the two files holds, and both allow", () => {
    manage({ mode: "opt-in", allow: ["a.corp"], locked: true })
    write("etc/opencode.jsonc", '{ "offline": { "mode": "always", "allow": ["b.corp"] } } // by hand')
    const { origin, allow } = resolveWith(askEverywhere())
    expect(origin).toContain("opencode.jsonc")
    expect(texts(allow).sort()).toEqual(["a.corp", "b.corp"])
  })
})

describe("a managed policy that is not locked", () => {
  test("has modes as a build has", () => {
    manage({ mode: "default-on" })
    expect(resolveWith().origin).toBe(`"offline" in ${at("etc/opencode.json")}`)
    expect(resolveWith({ line: "--no-offline" }).origin).toBeUndefined()
    expect(resolveWith({ env: { OPENCODE_OFFLINE: "0" } }).origin).toBeUndefined()
    manage({ mode: "always" })
    expect(resolveWith({ line: "--no-offline" }).origin).toBeDefined()
    manage({ mode: "opt-in", allow: ["llm.corp"] })
    expect(resolveWith().origin).toBeUndefined()
    expect(texts(resolveWith({ line: "--offline" }).allow)).toEqual(["llm.corp"])
  })

  test("is widened by whoever may, and may have variables in it", () => {
    manage({ allow: ["{env:HOST}"] })
    const env = { HOST: "llm.corp", OPENCODE_OFFLINE_ALLOW: "more.corp" }
    expect(texts(resolveWith({ env }).allow)).toEqual(["more.corp", "llm.corp"])
  })
})

describe("built in and managed together: the tighter", () => {
  test.each([
    ["opt-in", "always", "on"],
    ["always", "opt-in", "on"],
    ["opt-in", "default-on", "on until it is switched off"],
    ["default-on", "opt-in", "on until it is switched off"],
    ["default-on", "always", "on"],
    ["opt-in", "opt-in", "off"],
  ] as const)("%s and %s is %s", (mode, managed, outcome) => {
    manage({ mode: managed })
    const on = (line: string) => resolveWith({ line, baked: { mode } }).origin !== undefined
    expect([on(""), on("--no-offline")]).toEqual([outcome !== "off", outcome === "on"])
  })

  test("when both are locked, what both allow", () => {
    manage({ allow: ["a.x.corp", "10.1.0.0/16", "*.y.corp:443", "only.managed"], locked: true })
    const baked = { allow: ["*.x.corp", "private", "*.y.corp", "only.built"], locked: true }
    const { allow, ignored, lockedBy } = resolveWith({ baked, line: "--offline" })
    expect(texts(allow)).toEqual(["a.x.corp", "10.1.0.0/16", "*.y.corp:443"])
    expect(texts(ignored)).toContain("only.managed")
    expect(lockedBy).toBe(`this build and ${at("etc/opencode.json")}`)
  })

  test("when the build alone is locked, the managed file widens nothing", () => {
    manage({ allow: ["managed.corp"] })
    const { allow, ignored } = resolveWith({ baked: { allow: ["built.corp"], locked: true } })
    expect([texts(allow), texts(ignored)]).toEqual([["built.corp"], ["managed.corp"]])
  })

  test("logs are those of both, needed when either is locked", () => {
    manage({ log: { file: "/var/log/managed", allowed: true, maxBytes: 100_000 } })
    const logs = (locked: boolean) => resolveWith({ baked: { log: "/var/log/built", locked } }).logs
    for (const required of [true, false])
      expect(logs(required)).toEqual([
        { file: "/var/log/built", required },
        { file: "/var/log/managed", allowed: true, maxBytes: 100_000, required },
      ])
  })

  test("no user turns a log off or moves it: no key of his does", () => {
    manage({ locked: true, log: "/var/log/managed" })
    const { logs } = resolveWith({ ...askEverywhere(), env: { OPENCODE_OFFLINE_LOG: "/dev/null" } })
    expect(logs.map(({ file }) => file)).toEqual(["/var/log/managed"])
  })
})

describe("a managed file that the user can write to", () => {
  const uid = process.getuid?.() || 1

  test("is no administrator's: its lock and log do not count, and a note says so", () => {
    manage({ mode: "opt-in", allow: ["llm.corp"], locked: true, log: "/var/log/denied" })
    const { origin, notes } = resolveWith({ uid })
    expect(origin).toBeUndefined()
    expect(notes).toEqual([
      expect.stringMatching(
        /etc\/opencode\.json: "locked", "log" of "offline" do not count, as this user can write to \/.*\. Only root may$/,
      ),
    ])
    const { allow, lockedBy, logs } = resolveWith({
      uid,
      line: "--offline",
      env: { OPENCODE_OFFLINE_ALLOW: "more.corp" },
    })
    expect({ allow: texts(allow), lockedBy, logs }).toEqual({
      allow: ["more.corp", "llm.corp"],
      lockedBy: undefined,
      logs: [],
    })
  })

  test("still switches on and leaves out what projects run, as any file does", () => {
    manage({ mode: "always", projectCode: "ignore" })
    expect(resolveWith({ uid, line: "--no-offline" })).toMatchObject({
      origin: `"offline" in ${at("etc/opencode.json")}`,
      projectCode: "ignore",
      notes: [],
    })
    manage({ mode: "default-on", locked: true })
    expect(resolveWith({ uid }).origin).toBeDefined()
    expect(resolveWith({ uid, line: "--no-offline" }).origin).toBeUndefined()
    manage({ allow: ["llm.corp"] })
    expect(resolveWith({ uid })).toMatchObject({ origin: expect.any(String), notes: [] })
  })
})

describe("projectCode", () => {
  const code = (given: Given = {}) => resolveWith({ line: "--offline", ...given }).projectCode

  test("is allowed where nobody says otherwise, and while the switch is off", () => {
    expect(code()).toBe("allow")
    manage({ mode: "opt-in", projectCode: "ignore" })
    expect(code({ line: "" })).toBe("allow")
    expect(code()).toBe("ignore")
  })

  test("is ignored when anyone says so", () => {
    expect(code({ baked: { projectCode: "ignore" } })).toBe("ignore")
    expect(code({ env: { OPENCODE_OFFLINE_PROJECT_CODE: "ignore" } })).toBe("ignore")
    expect(code({ env: { OPENCODE_CONFIG_CONTENT: '{"offline":{"projectCode":"ignore"}}' } })).toBe("ignore")
    for (const file of ["repo/opencode.json", "config/opencode/opencode.json", "etc/opencode.json"]) {
      write(file, { offline: { projectCode: "ignore" } })
      expect([file, code()]).toEqual([file, "ignore"])
      rmSync(at(file))
    }
  })

  test("is ignored by default when locked, and only who locks can allow it", () => {
    expect(code({ baked: { locked: true } })).toBe("ignore")
    expect(code({ baked: { locked: true, projectCode: "allow" } })).toBe("allow")
    manage({ locked: true })
    const allowing = askEverywhere({ offline: { projectCode: "allow" } })
    allowing.env!.OPENCODE_OFFLINE_PROJECT_CODE = "allow"
    expect(code(allowing)).toBe("ignore")
    expect(code({ baked: { projectCode: "allow" } })).toBe("ignore")
    manage({ locked: true, projectCode: "allow" })
    expect(code()).toBe("allow")
    expect(code({ baked: { locked: true } })).toBe("ignore")
    expect(code({ env: { OPENCODE_OFFLINE_PROJECT_CODE: "ignore" } })).toBe("ignore")
  })

  test("is an error with another value of the variable", () => {
    expect(() => code({ env: { OPENCODE_OFFLINE_PROJECT_CODE: "ignored" } })).toThrow(SettingError)
  })
})

describe("what stops the start", () => {
  test.each([
    ['{ "offline": { "locked": true, "locked": false } }', 'the key "locked" twice'],
    ['{ "offline": { "locked": true }, "offline": false }', 'the key "offline" twice'],
    ['{ "offline": { "log": { "file": "/a", "file": "/b" } } }', 'the key "file" twice'],
    ['{ "offline": { "loked": true } }', 'no key "loked"'],
    ['{ "offline": { "enforced": "kernel" } }', 'no key "enforced"'],
    ['{ "offline": { "__proto__": {} } }', 'no key "__proto__"'],
    ['{ "offline": { "mode": "on" } }', '"mode"'],
    ['{ "offline": { "locked": "true" } }', '"locked"'],
    ['{ "offline": { "projectCode": "ignored" } }', '"projectCode"'],
    ['{ "offline": { "log": "denied.jsonl" } }', '"log"'],
    ['{ "offline": { "log": { "allowed": true } } }', '"log"'],
    ['{ "offline": { "log": { "file": "/a", "size": 1 } } }', '"log"'],
    ['{ "offline": { "log": { "file": "/a", "maxBytes": 5 } } }', '"log"'],
    ['{ "offline": { "locked": true }, "x": ', "malformed"],
    ['{ "offline": { "locked": tru } }', "malformed"],
    ['{ "provider": { ', "malformed"],
    ['{ "offline": { "allow": ["a b"] } }', '"a b"'],
  ])("in a managed file: %s", (text, why) => {
    write("etc/opencode.json", text)
    expect(() => createPolicy(resolveWith().allow)).toThrow(why)
  })

  test.each(["mode", "locked", "log"])("the key %s in a file that is no administrator's", (key) => {
    const value = { mode: "always", locked: true, log: "/a" }[key]
    for (const file of ["repo/opencode.json", "config/opencode/opencode.json"]) {
      write(file, { offline: { [key]: value } })
      expect(() => resolveWith()).toThrow(
        `only a policy that is built in or managed can have the key "${key}"`,
      )
      rmSync(at(file))
    }
    const env = { OPENCODE_CONFIG_CONTENT: JSON.stringify({ offline: { [key]: value } }) }
    expect(() => resolveWith({ env })).toThrow(SettingError)
  })

  test("a managed file that is no UTF-8, whose keys cannot be seen", () => {
    manage({})
    writeFileSync(at("etc/opencode.json"), '{ "offline": { "locked": true } }', "utf16le")
    expect(() => resolveWith()).toThrow("malformed")
  })

  test("a managed file, or its folder, that was put there and leads nowhere", () => {
    mkdirSync(at("etc"))
    symlinkSync(at("gone"), at("etc/opencode.json"))
    expect(() => resolveWith()).toThrow(`${at("etc/opencode.json")} cannot be read`)
    rmSync(at("etc"), { recursive: true })
    symlinkSync(at("gone"), at("etc"))
    expect(() => resolveWith()).toThrow(`${at("etc/opencode.jsonc")} cannot be read`)
  })
})
