import { afterAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { formatExamination } from "../../../offline/kernel/format.ts"
import { whyUnreadable, yamaScope } from "../../../offline/kernel/yama.ts"

const folder = await mkdtemp(join(tmpdir(), "yama-"))
afterAll(() => rm(folder, { recursive: true }))

test.each([
  ["0\n", 0],
  ["1\n", 1],
  ["2\n", 2],
  ["3\n", 3],
  ["", null],
  ["4\n", null],
])("a kernel whose file says %j has the setting %p", async (text, scope) => {
  const file = join(folder, "ptrace_scope")
  await writeFile(file, text)
  expect(yamaScope(file)).toBe(scope)
})

test("a kernel without the file has none", () => {
  expect(yamaScope(join(folder, "absent"))).toBeNull()
})

test.each([2, 3])("where it is %p, that is named, and what would do", (scope) => {
  const { why, next } = whyUnreadable(scope)
  expect(why).toEndWith(`kernel.yama.ptrace_scope is ${scope}`)
  expect(next).toContain(scope === 3 ? "restart" : "sysctl -w kernel.yama.ptrace_scope=1")
})

test.each([null, 0, 1])("where it is %p, something else forbids it", (scope) => {
  const { why, next } = whyUnreadable(scope)
  expect(why).not.toContain("yama")
  expect(next).toContain("process_vm_readv")
})

test.each([
  [null, "not in this kernel"],
  [1, "kernel.yama.ptrace_scope is 1"],
])("the doctor says %p of it to people", (yama, text) => {
  const found = { possible: true, why: null, next: null, kernel: "6.18", landlock: 7, yama } as const
  expect(formatExamination({ ...found, protects: "all", sockets: "taken" })).toContain(`Yama      ${text}`)
})
