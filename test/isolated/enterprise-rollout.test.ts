import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { managedPreferences } from "../../offline/managed-preferences.ts"
import { runCommand } from "../../scripts/harness/scenarios.ts"
import { runInNamespace } from "../../scripts/isolation/isolated.ts"
import { builtExecutable } from "../lib/built.ts"
import { readPage } from "../lib/page.ts"
import { writeSmallKit } from "./lib/small-kit.ts"

// docs/enterprise/rollout.md and upgrade.md, as they say, with kits of the installer's own files and the executable.

const rollout = await readPage("enterprise/rollout.md")
const upgrade = await readPage("enterprise/upgrade.md")
const managed = rollout.block("## The managed file")

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rollout-"))
  await writeSmallKit(join(folder, "old"), "#!/bin/sh\necho 0.0.1\n")
  await writeSmallKit(join(folder, "new"), await readFile(builtExecutable()))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs a shell script with the system's programs, where nothing answers. */
function script(lines: string[], env: Record<string, string>, etc: Record<string, string> = {}) {
  return runInNamespace({
    executable: Bun.which("unshare")!,
    args: ["--mount", "sh", "-ec", lines.join("\n")],
    env: { PATH: process.env.PATH!, ...env },
    etc,
    mode: "refuse",
  })
}

test("an upgrade and a rollback, as the page says, bring the new one and the old one with its data", async () => {
  const DATA = '"$HOME/.local/share/opencode/data"'
  const { exitCode, stdout, stderr, attempts } = await script(
    [
      `sh "${folder}/old/install.sh" --prefix "$PREFIX" >/dev/null`,
      `mkdir -p "$HOME/.local/share/opencode" && echo of the old one >${DATA}`,
      upgrade.block("Before an upgrade"),
      `echo of the new one >${DATA}`,
      upgrade.block("Then, with the folder of the unpacked new kit"),
      "echo ROLLBACK",
      upgrade.block("Back to the old one"),
      `cat ${DATA}`,
    ],
    { KIT: join(folder, "new"), PREFIX: join(folder, "a prefix") },
  )
  expect({ exitCode, stderr, attempts }).toEqual({ exitCode: 0, stderr: "", attempts: [] })
  const [upgraded, back] = stdout.split("ROLLBACK\n")
  expect(upgraded).toMatch(/^\d+\.\d+\.\d+\+offline\..*$/m)
  expect(upgraded).toContain("5 files are as ")
  expect(back).toMatch(/^0\.0\.1$/m)
  expect(back).toEndWith("\nof the old one\n")
})

interface Task {
  name: string
  when?: string
  failed_when?: boolean | string
  "ansible.builtin.command"?: { argv: string[] }
  "ansible.builtin.copy"?: { src?: string; dest: string; mode: string }
  "ansible.builtin.file"?: { path: string; state: string }
  "ansible.builtin.unarchive"?: { src: string; dest: string }
}

test("the playbook's tasks, one after the other, install the kit and lock the policy, and connect to nothing", async () => {
  const [play] = Bun.YAML.parse(rollout.block("## Ansible")) as [
    { vars: Record<string, string>; tasks: Task[] },
  ]
  const vars: Record<string, string> = {
    ...play.vars,
    prefix: join(folder, "usr local"),
    work: join(folder, "work"),
  }
  const fill = (text: string) => text.replace(/\{\{ (\w+) \}\}/g, (_, name) => vars[name]!)
  const quote = (text: string) => `'${fill(text)}'`
  const line = (task: Task) => {
    const { argv } = task["ansible.builtin.command"] ?? {}
    const { src, dest, mode } = task["ansible.builtin.copy"] ?? {}
    const { path, state } = task["ansible.builtin.file"] ?? {}
    const archive = task["ansible.builtin.unarchive"]
    if (argv) return `${argv.map(quote).join(" ")}${task.failed_when === false ? " || :" : ""}`
    // The archive is what was unpacked already, and the managed file lies in a folder that cannot be written to here.
    if (archive) return `cp -R ${folder}/new ${quote(`${archive.dest}/${vars.kit}`)}`
    if (dest)
      return src ? `cmp ${quote(dest)} "$HOME/${src}"` : `: >>${quote(dest)}; chmod ${mode} ${quote(dest)}`
    return state === "absent" ? `rm -rf ${quote(path!)}` : `mkdir -p ${quote(path!)}`
  }
  const tasks = play.tasks.map(line)
  expect(tasks.filter((text) => text.includes("undefined"))).toEqual([])
  const result = await script(
    ["mount -t tmpfs none /var/log", 'printf %s "$MANAGED" >"$HOME/opencode.json"', ...tasks],
    { MANAGED: managed },
    { "opencode/opencode.json": managed },
  )
  expect(result).toMatchObject({ exitCode: 0, attempts: [] })
  const report = JSON.parse(result.stdout.slice(result.stdout.indexOf("{")))
  expect(report).toMatchObject({ offline: true, locked: "/etc/opencode/opencode.json" })
  expect(play.tasks.at(-1)!.failed_when).toContain(`.locked != '${report.locked}'`)
  expect(JSON.stringify(report)).toContain("llm.corp.example:443")
})

test("the name of the playbook's kit, and the version by which it knows it, say the same", () => {
  const { kit, version } = (
    Bun.YAML.parse(rollout.block("## Ansible")) as [{ vars: Record<string, string> }]
  )[0].vars
  const [, upstream, own, policy] = /^([\d.]+)\+offline\.(\d+\.\d+\.\d+)\.([\w-]+)$/.exec(version!)!
  expect(kit).toMatch(new RegExp(`^opencode-offline-${upstream}-${own}-[\\w-]+-${policy}$`))
})

test("the macOS profile's keys, read as a property list, lock the policy", async () => {
  const keys = readPlist(rollout.block("The payload of a macOS profile"))
  const { PayloadType, ...settings } = keys
  const read = managedPreferences({
    platform: "darwin",
    user: "alice",
    exists: (file) => file.endsWith(`/${PayloadType}.plist`),
    convert: () => JSON.stringify(settings),
  })
  expect(read).toHaveLength(1)
  // As a managed file they are the same keys, which the executable takes.
  const { stdout } = await runCommand(
    { executable: builtExecutable(), etc: { "opencode/opencode.json": read[0]!.text } },
    "offline",
    "--json",
  )
  expect(JSON.parse(stdout)).toMatchObject({ offline: true, locked: "/etc/opencode/opencode.json" })
})

/** The keys of a property list's dictionary, of the kinds that the page has. */
function readPlist(xml: string): Record<string, unknown> {
  const tokens = Array.from(
    xml.matchAll(/<(key|string)>([^<]*)<\/\1>|<(true\/|\/?dict|\/?array)>/g),
    (match) => match,
  )
  const value = (): unknown => {
    const [, kind, text, other] = tokens.shift()!
    if (kind) return text
    if (other === "true/") return true
    const items: unknown[] = []
    if (other === "array") {
      while (tokens[0]![3] !== "/array") items.push(value())
      tokens.shift()
      return items
    }
    return dictionary()
  }
  const dictionary = (): Record<string, unknown> => {
    const found: Record<string, unknown> = {}
    while (tokens.length > 0 && tokens[0]![3] !== "/dict") found[String(tokens.shift()![2])] = value()
    tokens.shift()
    return found
  }
  return dictionary()
}
