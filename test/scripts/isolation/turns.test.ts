import { afterAll, expect, test } from "bun:test"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

// Processes of a test's own take turns; what is compared is the order in which they say that they begin and end.

const folder = await mkdtemp(join(tmpdir(), "turns-test-"))
afterAll(() => rm(folder, { recursive: true }))

const turns = JSON.stringify(join(import.meta.dirname, "../../../scripts/isolation/turns.ts"))

/** A process with `count` turns, or in those that `env` names, that runs this code. */
function start(code: string, env: Record<string, string> = {}) {
  const script = `import { inTurn, openTurns } from ${turns}
    import { appendFileSync } from "node:fs"
    ${code}`
  return Bun.spawn([process.execPath, "-e", script], {
    env: { PATH: process.env.PATH!, ...env },
    stdin: "pipe",
    stdout: "pipe",
  })
}

async function turnFolder(count: number): Promise<string> {
  const own = await mkdtemp(join(folder, "slots-"))
  for (let turn = 0; turn < count; turn++) await writeFile(join(own, String(turn)), "")
  return own
}

test.each([1, 2])(
  "of several processes with several runs each, no more than %d run at once",
  async (count) => {
    const log = join(folder, `log-${count}`)
    const code = `const one = () => inTurn(async () => {
      appendFileSync(${JSON.stringify(log)}, "begin\\n")
      await Bun.sleep(20)
      appendFileSync(${JSON.stringify(log)}, "end\\n")
    })
    await Promise.all([one(), one(), one(), one()])`
    const env = { ISOLATION_TURNS: await turnFolder(count) }
    await Promise.all([1, 2, 3].map(() => start(code, env).exited))
    const lines = (await readFile(log, "utf8")).trim().split("\n")
    expect(lines).toHaveLength(24)
    let running = 0
    const atOnce = lines.map((line) => {
      running += line === "begin" ? 1 : -1
      return running
    })
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(count)
  },
)

test("two turns are had by two processes at the same time", async () => {
  const env = { ISOLATION_TURNS: await turnFolder(2) }
  // Each stays in its turn until its standard input ends, which is when both have said that they are in.
  const code = `await inTurn(async () => { console.log("in"); await Bun.stdin.text() })`
  const both = [1, 2].map(() => start(code, env))
  await Promise.all(both.map(({ stdout }) => stdout.getReader().read()))
  for (const { stdin } of both) await stdin.end()
  expect(await Promise.all(both.map(({ exited }) => exited))).toEqual([0, 0])
})

test("the turn of a process that is killed is free, also when a child of it lives on", async () => {
  const env = { ISOLATION_TURNS: await turnFolder(1) }
  const holder = start(
    `await inTurn(async () => {
      const child = Bun.spawn(["sleep", "1000"], { stdout: "ignore", detached: true })
      console.log(child.pid)
      await new Promise(() => setInterval(() => {}, 1000))
    })`,
    env,
  )
  const reader = holder.stdout.getReader()
  const child = Number(new TextDecoder().decode((await reader.read()).value))
  const waiting = start(`await inTurn(async () => console.log("mine"))`, env)
  try {
    holder.kill("SIGKILL")
    await holder.exited
    expect(await new Response(waiting.stdout).text()).toBe("mine\n")
  } finally {
    process.kill(child, "SIGKILL")
  }
})

test("a nested process shares the turns of the one that started it, which takes them away at its end", async () => {
  const code = `const folder = openTurns(3)
    const nested = "import { openTurns } from " + ${JSON.stringify(turns)} + "; console.log(openTurns(1))"
    const { stdout } = Bun.spawnSync([process.execPath, "-e", nested], { env: process.env })
    console.log(folder, stdout.toString().trim() === folder)`
  const [own, shared] = (await new Response(start(code).stdout).text()).trim().split(" ")
  expect(shared).toBe("true")
  expect(await Bun.file(join(own!, "0")).exists()).toBe(false)
})
