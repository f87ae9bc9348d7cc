import { expect, test } from "bun:test"
import { tmpdir } from "node:os"
import { runBun } from "../../../../scripts/upstream/git/run-bun.ts"
import { stockBun } from "../../../lib/stock.ts"

async function runCode(code: string, idleMs?: number) {
  const lines: string[] = []
  const options = { bun: await stockBun(), cwd: tmpdir(), home: tmpdir(), env: { OWN: "own" }, idleMs }
  const result = await runBun(["-e", code], { ...options, onLine: (line) => lines.push(line) })
  return { ...result, lines }
}

test("the pinned Bun is also the one that is found in PATH, and gets no other environment", async () => {
  process.env.SECRET_OF_THE_PERSON = "secret"
  const code = `console.log(Bun.which("bun") === process.execPath, process.env.OWN, process.env.SECRET_OF_THE_PERSON)`
  expect(await runCode(code)).toMatchObject({ ok: true, lines: ["true own undefined"] })
  delete process.env.SECRET_OF_THE_PERSON
})

test("what it printed last is given, and whether it ended well", async () => {
  const code = `for (let i = 0; i < 20; i++) console.log("line", i)\nconsole.error("failed")\nprocess.exit(3)`
  const { ok, tail } = await runCode(code)
  expect(ok).toBe(false)
  expect(tail).toMatch(/^line 9\n[\s\S]*failed$/)
})

test("it is ended when it prints nothing any more", async () => {
  const { ok, tail } = await runCode(`console.log("begun")\nsetInterval(() => {}, 1000)`, 5000)
  expect(ok).toBe(false)
  expect(tail).toBe("begun\n        (ended, as it printed nothing for 5000 ms)")
})

test("it is ended when what it started prints nothing any more", async () => {
  const inner = `console.log(process.pid)\nsetInterval(() => {}, 1000)`
  const spawn = `Bun.spawn([process.execPath, "-e", ${JSON.stringify(inner)}], { stdio: ["ignore", "inherit", "inherit"] })`
  const { ok, tail, lines } = await runCode(`await ${spawn}.exited`, 5000)
  process.kill(Number(lines[0]))
  expect(ok).toBe(false)
  expect(tail).toContain("(ended, as it printed nothing for")
})
