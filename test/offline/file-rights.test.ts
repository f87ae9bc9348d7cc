import { afterAll, beforeAll, expect, test } from "bun:test"
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { describeWritable, writablePart } from "../../offline/file-rights.ts"

// What an ordinary user can write to. Only root can make files that are another's, so as root another process looks.

const isRoot = process.getuid?.() === 0
const NOBODY = 65534

let root: string
const at = (...parts: string[]) => path.join(root, ...parts)

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "file-rights-"))
  chmodSync(root, 0o755)
  for (const folder of ["fixed", "open", "own", "sticky"]) mkdirSync(at(folder))
  for (const file of ["fixed/a", "open/a", "own/a", "sticky/a", "fixed/open", "fixed/own"])
    writeFileSync(at(file), "")
  chmodSync(at("open"), 0o777)
  chmodSync(at("sticky"), 0o1777)
  chmodSync(at("fixed/open"), 0o666)
  symlinkSync(at("fixed/a"), at("fixed/link"))
  symlinkSync(at("fixed/a"), at("open/link"))
  symlinkSync(at("open/link"), at("fixed/by-open"))
  symlinkSync("../open", at("fixed/folder"))
  if (isRoot) for (const mine of ["own", "fixed/own"]) chownSync(at(mine), NOBODY, NOBODY)
  for (const mine of ["own", "fixed/own"]) chmodSync(at(mine), mine === "own" ? 0o555 : 0o444)
})

afterAll(() => {
  chmodSync(at("own"), 0o755)
  rmSync(root, { recursive: true })
})

/** What {@link writablePart} says to an ordinary user. */
function asUser(file: string): string | undefined {
  if (!isRoot) return writablePart(file, process.getuid!())
  const module = path.join(import.meta.dirname, "../../offline/file-rights.ts")
  const script = `const { writablePart } = await import(${JSON.stringify(module)})
    process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY})
    process.stdout.write(writablePart(${JSON.stringify(file)}, process.getuid()) ?? "")`
  const { stdout, exitCode, stderr } = Bun.spawnSync([process.execPath, "-e", script])
  if (exitCode !== 0) throw new Error(stderr.toString())
  return stdout.toString() || undefined
}

test.each([
  ["fixed/a", undefined],
  ["fixed/link", undefined],
  ["sticky/a", undefined],
  ["fixed/open", "fixed/open"],
  ["fixed/own", "fixed/own"],
  ["open/a", "open"],
  ["own/a", "own"],
  ["open/link", "open"],
  ["fixed/by-open", "open"],
  ["fixed/folder/a", "open"],
] as const)("of %s a user can write to %p", (file, part) => {
  const found = asUser(at(file))
  if (isRoot) expect(found).toBe(part && at(part))
  // Where nobody else's file can be made, all of them are the user's own.
  else expect(found).toStartWith(root)
})

test("a file of the system's can be written to by no ordinary user, and root is not asked about", () => {
  expect(asUser("/etc/passwd")).toBeUndefined()
  expect(writablePart(at("open/a"), 0)).toBeUndefined()
})

test("a part that cannot be looked at is an error, and not a right that is missing", () => {
  expect(() => writablePart(at("absent/a"), NOBODY)).toThrow("ENOENT")
})

test("on Windows a person is told what others than administrators can write to", () => {
  expect(describeWritable("C:\\a", "win32")).toBe("others than administrators can write to C:\\a")
})
