// Ways out through children that are this very executable. Bundled with the vectors.
import childProcess, { spawn as boundSpawn } from "node:child_process"
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Where a vector leads, as in `guard-vectors.ts`. */
interface Where {
  name: string
  address: string
}

type Run = (where: Where) => unknown

const self = process.execPath
/** What is left out of this process's guard is not left out of a child's. */
const inherited = () => ({ ...process.env, TEST_GUARD_WITHOUT: "" })
const asBun = () => ({ ...inherited(), BUN_BE_BUN: "1" })
const piped = {
  stdio: ["ignore", "pipe", "ignore"] satisfies childProcess.StdioOptions as childProcess.StdioOptions,
}

/** What a child does: it prints how that ended. */
const code = (url: string) => `fetch("${url}").then(() => "open", (error) => error.code).then(console.log)`
const codeFor = ({ name }: Where) => code(`http://${name}/`)

export const children: Record<string, Run> = {
  "bun-spawn": async (where) => {
    const child = Bun.spawn([self, "-e", codeFor(where)], { env: asBun() })
    return told(await new Response(child.stdout).text())
  },
  "bun-spawn-options": async (where) => {
    const child = Bun.spawn({ cmd: [self, "-e", codeFor(where)], env: asBun(), stderr: "ignore" })
    return told(await new Response(child.stdout).text())
  },
  "bun-spawn-array-like": async (where) => {
    const cmd = { 0: self, 1: "-e", 2: codeFor(where), length: 3 } as unknown as string[]
    const child = Bun.spawn({ cmd, env: asBun(), stderr: "ignore" })
    return told(await new Response(child.stdout).text())
  },
  "bun-spawn-sync": (where) =>
    told(`${Bun.spawnSync([self, "run", file(codeFor(where))], { env: asBun() }).stdout}`),
  "bun-spawn-bunfig": (where) => {
    const script = file(codeFor(where), {
      "bunfig.toml": `preload = ["./first.js"]`,
      "first.js": codeFor(where),
    })
    return told(`${Bun.spawnSync([self, script], { env: asBun(), cwd: join(script, "..") }).stdout}`)
  },
  "bun-spawn-eval-config": (where) => {
    const first = file(codeFor(where))
    const config = join(first, "../other.toml")
    writeFileSync(config, `preload = ["${first}"]`)
    return told(`${Bun.spawnSync([self, "-e", "1", `--config=${config}`], { env: asBun() }).stdout}`)
  },
  "bun-spawn-dotenv": (where) => {
    const dotenv = `OPENCODE_OFFLINE=0\nOPENCODE_OFFLINE_ALLOW=${where.name}`
    const script = file(codeFor(where), { ".env": dotenv })
    return told(`${Bun.spawnSync([self, script], { env: asBun(), cwd: join(script, "..") }).stdout}`)
  },
  "bun-spawn-worker": (where) => {
    const worker = file(codeFor(where))
    return told(`${Bun.spawnSync([self, "-e", `new Worker("${worker}")`], { env: asBun() }).stdout}`)
  },
  "bun-spawn-again": (where) => {
    const inner = `Bun.spawn([process.execPath, "${file(codeFor(where))}"], { stdout: "inherit" })`
    return told(`${Bun.spawnSync([self, "-e", inner], { env: asBun() }).stdout}`)
  },
  "bun-spawn-by-link": (where) => {
    const script = file(codeFor(where))
    const link = join(script, "../other-name")
    symlinkSync(self, link)
    return told(`${Bun.spawnSync([link, script], { env: asBun() }).stdout}`)
  },
  "bun-add": (where) => installing((args, options) => Bun.spawnSync([self, ...args], options), where),
  "child-process-spawn": async (where) => {
    const child = childProcess.spawn(self, ["-e", codeFor(where)], { env: asBun(), ...piped })
    return told(await new Response(child.stdout as never).text())
  },
  "child-process-bound-spawn": async (where) => {
    const child = boundSpawn(self, ["-e", codeFor(where)], { env: asBun(), ...piped })
    return told(await new Response(child.stdout as never).text())
  },
  "child-process-spawn-sync": (where) =>
    told(`${childProcess.spawnSync(self, ["-e", codeFor(where)], { env: asBun() }).stdout}`),
  "child-process-exec-file": (where) =>
    told(`${childProcess.execFileSync(self, [file(codeFor(where))], { env: asBun(), ...piped })}`),
  "child-process-exec": (where) =>
    told(`${childProcess.execSync(`"${self}" "${file(codeFor(where))}"`, { env: asBun(), ...piped })}`),
  "child-process-exec-assignment": (where) =>
    told(
      `${childProcess.execSync(`BUN_BE_BUN=1 "${self}" "${file(codeFor(where))}"`, {
        env: inherited(),
        ...piped,
      })}`,
    ),
  "child-process-fork": async (where) => {
    // In OpenCode's worker, too, the module hides this word; without its guard the probe's worker does not have the module.
    const execArgv = process.execArgv.filter((word) => Bun.isMainThread || !word.startsWith("--preload"))
    const child = childProcess.fork(file(codeFor(where)), { env: asBun(), silent: true, execArgv })
    return told(await new Response(child.stdout as never).text())
  },
  "child-process-install": (where) =>
    installing((args, options) => {
      const { error } = childProcess.spawnSync(self, args, options)
      if (error) throw error
    }, where),
  "child-process-exec-install": ({ address }) => {
    const words = `cd "${join(file(""), "..")}" && BUN_BE_BUN=1 "${self}" add http://${address}/a.tgz; exit 0`
    childProcess.execSync(words, { stdio: "ignore" })
    throw Object.assign(new Error("the child cannot tell"), { code: "ERR_OPENCODE_OFFLINE" })
  },
  "bun-shell": async (where) =>
    told(await Bun.$`TEST_GUARD_WITHOUT= BUN_BE_BUN=1 ${self} -e ${codeFor(where)}`.quiet().text()),
  "bun-shell-env": async (where) =>
    told(await Bun.$`${self} -e ${codeFor(where)}`.env(asBun()).quiet().text()),
  "bun-shell-made": async (where) => {
    const shell = new Bun.$.Shell()
    return told(await shell`TEST_GUARD_WITHOUT= BUN_BE_BUN=1 ${self} -e ${codeFor(where)}`.quiet().text())
  },
  "bun-shell-made-env": async (where) => {
    const shell = new Bun.$.Shell().env(asBun())
    return told(await shell`${self} -e ${codeFor(where)}`.quiet().text())
  },
  "bun-shell-spelt": async (where) =>
    told(
      await Bun.$`export BUN_{BE,X}_BUN=1 TEST_GUARD_WITHOUT=; ${self} ${file(codeFor(where))}`
        .quiet()
        .text(),
    ),
  "bun-shell-install": async ({ address }) => {
    await Bun.$`cd ${join(file(""), "..")} && export BUN_{BE,X}_BUN=1 && ${self} add http://${address}/a.tgz`
      .quiet()
      .nothrow()
    throw Object.assign(new Error("the child cannot tell"), { code: "ERR_OPENCODE_OFFLINE" })
  },
  "bun-shell-off": async ({ name }) =>
    told(
      await Bun.$`TEST_GUARD_WITHOUT= OPENCODE_OFFLINE=0 PROBE_ONLY=http://${name}/ ${self}`.quiet().text(),
    ),
  "bun-shell-allowing": async ({ name }) =>
    told(
      await Bun.$`TEST_GUARD_WITHOUT= OPENCODE_OFFLINE_ALLOW=${name} PROBE_ONLY=http://${name}/ ${self} --no-offline`
        .quiet()
        .text(),
    ),
  "child-opencode-attaching": ({ name }) => {
    const env = { ...inherited(), PROBE_ONLY: `http://${name}/` }
    return told(`${Bun.spawnSync([self, "run", "--attach", `http://${name}/`, "hi"], { env }).stdout}`)
  },
  "child-opencode-configured": ({ name }) => {
    const OPENCODE_CONFIG_CONTENT = JSON.stringify({ offline: { allow: [name] } })
    const env = { ...inherited(), OPENCODE_CONFIG_CONTENT, PROBE_ONLY: `http://${name}/` }
    return told(`${Bun.spawnSync([self], { env }).stdout}`)
  },
  "child-opencode": ({ name }) => {
    const env = { PATH: process.env.PATH!, HOME: process.env.HOME!, PROBE_ONLY: `http://${name}/` }
    return told(`${Bun.spawnSync([self], { env }).stdout}`)
  },
  "child-opencode-allowing": ({ name }) => {
    const env = { ...inherited(), OPENCODE_OFFLINE_ALLOW: name, PROBE_ONLY: `http://${name}/` }
    return told(`${Bun.spawnSync([self], { env }).stdout}`)
  },
  "child-opencode-debugger": ({ address, name }) => {
    const env = {
      ...inherited(),
      BUN_INSPECT_CONNECT_TO: `tcp://${address}:80`,
      PROBE_ONLY: `http://${name}/`,
    }
    return told(`${Bun.spawnSync([self], { env }).stdout}`)
  },
  "bun-spawn-debugger": (where) => {
    const env = { ...asBun(), BUN_INSPECT_CONNECT_TO: `tcp://${where.address}:80` }
    return told(`${Bun.spawnSync([self, file(codeFor(where))], { env }).stdout}`)
  },
  "child-opencode-shell": async ({ name }) =>
    told(
      await Bun.$`${self}`
        .env({ PROBE_ONLY: `http://${name}/` })
        .quiet()
        .text(),
    ),
}

/** Bun in the place of this process. */
export function execve(name: string): never {
  const words = [self, "-e", code(`http://${name}/`)]
  ;(process as unknown as { execve(...words: unknown[]): never }).execve(self, words, asBun())
  throw new Error("the process goes on")
}

/** Has the system start Bun: `crontab` of the test's own dials the address in the title at once. */
export async function cron(address: string): Promise<void> {
  const { cron } = Bun as unknown as { cron(...words: string[]): Promise<void> }
  await cron(file(""), "* * * * *", `at-${address.replaceAll(".", "-")}`)
}

/** Rejects with the code that a child printed, unless it got through. */
export function told(output: string): void {
  const outcome = output.trim()
  if (outcome !== "open")
    throw Object.assign(new Error(outcome || "the child said nothing"), { code: outcome })
}

function file(contents: string, others: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(process.env.TMPDIR ?? "/tmp", "vector-"))
  for (const [name, text] of Object.entries({ "script.js": contents, "package.json": "{}", ...others }))
    writeFileSync(join(folder, name), text)
  return join(folder, "script.js")
}

type Install = (args: string[], options: { cwd: string; env: Record<string, string> }) => unknown

/** What is installed by address goes to no registry. */
function installing(run: Install, { address }: Where): unknown {
  return run(["add", `http://${address}/a.tgz`], { cwd: join(file(""), ".."), env: asBun() as never })
}
