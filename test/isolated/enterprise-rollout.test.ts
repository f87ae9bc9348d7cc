import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { managedPreferences } from "../../offline/managed-preferences.ts"
import { runCommand } from "../../scripts/harness/scenarios.ts"
import { runInNamespace } from "../../scripts/isolation/isolated.ts"
import { builtExecutable } from "../lib/built.ts"
import { debianPackages } from "../lib/debian.ts"
import { readPage } from "../lib/page.ts"
import { writeSmallKit } from "./lib/small-kit.ts"

// docs/enterprise/rollout.md and upgrade.md, as they say, with kits of the installer's own files and what starts the executable.

const rollout = await readPage("enterprise/rollout.md")
const upgrade = await readPage("enterprise/upgrade.md")
const managed = rollout.block("## The managed file")

/** The last line of a script that is the executable in a kit: so that it is copied and compared in no time. */
const START = `exec "${builtExecutable()}" "$@"\n`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rollout-"))
  await writeSmallKit(join(folder, "old"), "#!/bin/sh\necho 0.0.1\n")
  await writeSmallKit(join(folder, "new"), `#!/bin/sh\n${START}`)
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs a shell script with the system's programs, where nothing answers. */
function script(
  lines: string[],
  env: Record<string, string>,
  etc?: Record<string, string>,
  home?: Record<string, string>,
) {
  return runInNamespace({
    executable: Bun.which("unshare")!,
    args: ["--mount", "sh", "-ec", lines.join("\n")],
    env: { PATH: process.env.PATH!, ...env },
    etc,
    home,
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

/** Ansible, and the Python that it runs by and its modules run by. */
const ANSIBLE = await debianPackages(
  ...["ansible-core", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "libexpat1"],
  ...["python3-jinja2", "python3-markupsafe", "python3-packaging", "python3-yaml", "libyaml-0-2"],
)
if (typeof ANSIBLE !== "string") console.error(`not run: ${ANSIBLE.missing}`)

test.skipIf(typeof ANSIBLE !== "string")(
  "Ansible runs the playbook: it installs, upgrades, changes nothing the next time, and connects to nothing",
  async () => {
    await writeSmallKit(
      join(folder, "first"),
      `#!/bin/sh\n[ "$1" != --version ] || exec echo 0.0.1\n${START}`,
    )
    const play = (kit: string) =>
      `"$PYTHON" "$ANSIBLE/usr/bin/ansible-playbook" --inventory inventory --extra-vars "kit=${kit} version=$(sh "${folder}/${kit}/files/bin/opencode" --version)" playbook.yml`
    const { exitCode, stdout, attempts } = await script(
      [
        ...["/var/log", "/var/tmp", "/etc/opencode"].map((path) => `mount -t tmpfs none ${path}`),
        'cd "$HOME"; export PYTHONPYCACHEPREFIX="$HOME/compiled"; mkdir local; mount --bind local /usr/local',
        ...["first", "new"].map((kit) => `tar -C ${folder} -czf files/${kit}.tar.gz ${kit}`),
        ...["first", "new", "new"].map(play),
        "sh /usr/local/lib/opencode-kit/rollback.sh; /usr/local/bin/opencode --version",
        'sh /usr/local/lib/opencode-kit/rollback.sh; cd "$HOME/../project"; /usr/local/bin/opencode offline --json',
      ],
      {
        ANSIBLE: ANSIBLE as string,
        PYTHON: join(ANSIBLE as string, "usr/bin/python3.11"),
        PYTHONHOME: join(ANSIBLE as string, "usr"),
        PYTHONPATH: join(ANSIBLE as string, "usr/lib/python3/dist-packages"),
        LD_LIBRARY_PATH: join(ANSIBLE as string, "usr/lib/x86_64-linux-gnu"),
        ANSIBLE_PIPELINING: "1",
      },
      { "opencode/empty": "" },
      {
        "playbook.yml": rollout.block("## Ansible"),
        "files/opencode.json": managed,
        inventory:
          "[workstations]\nlocalhost ansible_connection=local ansible_python_interpreter={{ansible_playbook_python}}\n",
      },
    )
    expect({ exitCode, attempts, stdout }).toMatchObject({ exitCode: 0, attempts: [] })
    const changes = Array.from(stdout.matchAll(/ changed=(\d+) .* failed=0 /g), ([, count]) => Number(count))
    expect(changes).toEqual([expect.any(Number), expect.any(Number), 0])
    expect(changes.slice(0, 2)).not.toContain(0)
    expect(stdout).toMatch(/^0\.0\.1$/m)
    const report = JSON.parse(stdout.slice(stdout.indexOf("\n{")))
    expect(report).toMatchObject({ offline: true, locked: "/etc/opencode/opencode.json" })
    expect(JSON.stringify(report)).toContain("llm.corp.example:443")
  },
)

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
