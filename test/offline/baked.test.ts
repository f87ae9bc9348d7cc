import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import {
  type BakedPolicy,
  describeBaked,
  isInside,
  policyName,
  readBakedPolicy,
  UNBAKED,
} from "../../offline/baked.ts"
import { POLICY_MARK } from "../../offline/build/policy-mark.ts"
import { SettingError } from "../../offline/error.ts"
import { resolve } from "../../offline/resolve.ts"

let root: string
let env: Record<string, string>
const at = (...parts: string[]) => path.join(root, ...parts)

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), "baked-")))
  mkdirSync(at("repo", ".git"), { recursive: true })
  env = {
    XDG_CONFIG_HOME: at("config"),
    OPENCODE_TEST_HOME: at("home"),
  }
})

afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, text: unknown): string {
  mkdirSync(path.dirname(at(file)), { recursive: true })
  writeFileSync(at(file), typeof text === "string" ? text : JSON.stringify(text))
  return at(file)
}

const resolveWith = (baked: BakedPolicy, line = "", more: Record<string, string> = {}) =>
  resolve({
    words: line.split(" ").filter(Boolean),
    env: { ...env, ...more },
    cwd: at("repo"),
    baked,
    managed: [at("managed")],
  })

const texts = (lines: { text: string }[]) => lines.map(({ text }) => text)

const OFFS = ["--no-offline", "--offline=false", "--offline false", "--offline=off"]

describe("the module", () => {
  test("decides nothing where none was put in", () => {
    expect(readBakedPolicy(at("absent.json"), false)).toEqual(UNBAKED)
    expect(describeBaked(UNBAKED)).toBeUndefined()
  })

  test("counts also where none had to be put in, and one that is damaged is an error", () => {
    const policy: BakedPolicy = { mode: "always", allow: [], locked: true }
    expect(readBakedPolicy(write("policy.json", policy), false)).toEqual(policy)
    expect(() => readBakedPolicy(write("policy.json", { mode: "always" }), false)).toThrow(SettingError)
  })

  test("that was put in and is not there is an error, and not online", () => {
    expect(() => readBakedPolicy(at("absent.json"), true)).toThrow(SettingError)
  })

  test("is read as it was built", () => {
    const policy = { mode: "always", allow: ["llm.corp"], locked: true }
    expect(readBakedPolicy(write("policy.json", policy), true)).toEqual(policy as BakedPolicy)
  })

  test.each([
    "",
    "{",
    "null",
    "[]",
    '{"mode":"never","allow":[],"locked":false}',
    '{"mode":"always","allow":[1],"locked":true}',
    '{"mode":"always","allow":["a",null],"locked":true}',
    '{"mode":"always","allow":"a","locked":true}',
    '{"mode":"always","allow":{"0":"a"},"locked":true}',
    '{"mode":"always","allow":[]}',
    '{"mode":"always","locked":true}',
    '{"allow":[],"locked":true}',
    '{"mode":"always","allow":[],"locked":"true"}',
    '{"mode":["always"],"allow":[],"locked":true}',
    '{"mode":"always","allow":[],"locked":true,"more":1}',
    '{"mode":"always","allow":[],"locked":true,"log":"denied.jsonl"}',
  ])("that is damaged is an error, and not online: %p", (text) =>
    expect(() => readBakedPolicy(write("policy.json", text), true)).toThrow(SettingError),
  )

  test("that cannot be read is an error, and not online", () => {
    expect(() => readBakedPolicy(root, true)).toThrow(SettingError)
    expect(() => readBakedPolicy(path.join(write("a-file", ""), "policy.json"), true)).toThrow(SettingError)
  })

  test("that the git source's mark asks for must be there, and not before it does", () => {
    expect([POLICY_MARK.before, POLICY_MARK.after, true as const, undefined].map(isInside)).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(POLICY_MARK.before).toHaveLength(POLICY_MARK.after.length)
  })

  test("has a name for versions and folders, by what it says and not by its order", () => {
    const always = { ...UNBAKED, mode: "always" as const, locked: true }
    expect(policyName(UNBAKED)).toBeUndefined()
    expect(policyName(always)).toBe("always-locked")
    expect(policyName({ ...UNBAKED, mode: "default-on" })).toBe("default-on")
    const allowing = { ...always, allow: ["a.example"], log: "/a" }
    expect(policyName(allowing)).toMatch(/^always-locked-[0-9a-f]{8}$/)
    expect(policyName(allowing)).toBe(
      policyName({ log: "/a", allow: ["a.example"], locked: true, mode: "always" }),
    )
    expect(policyName(allowing)).not.toBe(policyName({ ...allowing, log: "/b" }))
    expect(policyName({ ...UNBAKED, enforce: "kernel" })).toMatch(/^opt-in-[0-9a-f]{8}$/)
  })

  test("is described for people", () => {
    expect(describeBaked({ mode: "always", allow: [], locked: true })).toBe("always offline, locked")
    expect(describeBaked({ mode: "default-on", allow: [], locked: false })).toBe("offline by default")
    expect(describeBaked({ mode: "opt-in", allow: [], locked: true })).toBe("locked")
    expect(describeBaked({ mode: "opt-in", allow: ["a"], locked: false })).toBe("own policy")
    expect(describeBaked({ ...UNBAKED, log: "/var/log/denied" })).toBe("own policy")
  })
})

describe("the mode opt-in", () => {
  test("is off until it is asked for, and then its entries stand beside the others", () => {
    const baked: BakedPolicy = { mode: "opt-in", allow: ["llm.corp"], locked: false }
    expect(resolveWith(baked).origin).toBeUndefined()
    const { allow } = resolveWith(baked, "--offline", { OPENCODE_OFFLINE_ALLOW: "other.corp" })
    expect(allow).toEqual([
      { text: "llm.corp", origin: "built in" },
      { text: "other.corp", origin: "OPENCODE_OFFLINE_ALLOW" },
    ])
  })
})

describe("the mode default-on", () => {
  const baked: BakedPolicy = { mode: "default-on", allow: [], locked: false }

  test("is on when nobody says anything, and an empty variable says nothing", () => {
    expect(resolveWith(baked).origin).toBe("built in: default-on")
    expect(resolveWith(baked, "", { OPENCODE_OFFLINE: "" }).origin).toBe("built in: default-on")
  })

  test.each(OFFS)("is off with %s", (line) => expect(resolveWith(baked, line).origin).toBeUndefined())

  test("is off with OPENCODE_OFFLINE=0, but no file switches it off", () => {
    expect(resolveWith(baked, "", { OPENCODE_OFFLINE: "0" }).origin).toBeUndefined()
    for (const file of ["repo/opencode.json", "config/opencode/opencode.json", "managed/opencode.json"])
      write(file, { offline: false })
    expect(resolveWith(baked).origin).toBe("built in: default-on")
  })

  test("is on when one says on and another off", () => {
    expect(resolveWith(baked, "--no-offline", { OPENCODE_OFFLINE: "1" }).origin).toBe("OPENCODE_OFFLINE=1")
  })
})

describe("the mode always", () => {
  const baked: BakedPolicy = { mode: "always", allow: ["llm.corp"], locked: true }

  test.each(OFFS)("is on with %s and OPENCODE_OFFLINE=0", (line) => {
    write("managed/opencode.json", { offline: false })
    expect(resolveWith(baked, line, { OPENCODE_OFFLINE: "0" }).origin).toBe("built in: always")
  })

  test("stops at a value that is neither on nor off, as ever", () => {
    expect(() => resolveWith(baked, "", { OPENCODE_OFFLINE: "ture" })).toThrow(SettingError)
  })

  test("when locked, is widened by nobody, and what each asks for is listed", () => {
    const config = (host: string) => ({
      offline: { allow: [host] },
      provider: { p: { options: { baseURL: `https://${host}/v1` } } },
    })
    write("repo/opencode.json", config("project.example"))
    write("config/opencode/opencode.json", config("user.example"))
    write("managed/opencode.json", config("managed.example"))
    const { allow, ignored } = resolveWith(baked, "attach https://attached.example", {
      OPENCODE_OFFLINE_ALLOW: "variable.example, not:an:entry",
      OPENCODE_CONFIG_CONTENT: JSON.stringify(config("content.example")),
    })
    expect(allow).toEqual([{ text: "llm.corp", origin: "built in" }])
    const hosts = texts(ignored).map((text) => text.replace(":443", ""))
    expect([...new Set(hosts)].sort()).toEqual([
      "attached.example",
      "content.example",
      "managed.example",
      "not:an:entry",
      "project.example",
      "user.example",
      "variable.example",
    ])
  })

  test("when not locked, is widened by whoever may", () => {
    const { allow } = resolveWith({ ...baked, locked: false }, "", { OPENCODE_OFFLINE_ALLOW: "more.corp" })
    expect(texts(allow)).toEqual(["llm.corp", "more.corp"])
  })
})
