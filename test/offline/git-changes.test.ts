import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { chmod, mkdir, mkdtemp, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { parsePatch } from "diff"
import { gitChanges } from "../../offline/web-ui/git-changes.ts"
import { run } from "../../scripts/lib/process.ts"

let folder: string
const write = (name: string, content: string | Uint8Array) => Bun.write(path.join(folder, name), content)

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "git-changes-"))
  await git("init", "--quiet")
})
afterEach(() => rm(folder, { recursive: true }))

describe("the changes of a work tree", () => {
  test("are its modified, deleted and new files, with their patches and counts", async () => {
    await write("kept.txt", "same\n")
    await write("changed.txt", "one\ntwo\nthree\n")
    await write("removed.txt", "-- gone\n")
    await commit()
    await write("changed.txt", "one\n2\nthree\n++ four\n")
    await rm(path.join(folder, "removed.txt"))
    await write("new file.txt", "first\nlast without an end")
    await write("staged.txt", "staged\n")
    await git("add", "staged.txt")
    const changes = await gitChanges(folder)
    const summary = changes.map(({ file, status, additions, deletions }) => [
      file,
      status,
      additions,
      deletions,
    ])
    expect(summary).toEqual([
      ["changed.txt", "modified", 2, 1],
      ["removed.txt", "deleted", 0, 1],
      ["staged.txt", "added", 1, 0],
      ["new file.txt", "added", 2, 0],
    ])
    for (const change of changes) {
      const [parsed] = parsePatch(change.patch)
      const lines = parsed!.hunks.flatMap((hunk) => hunk.lines)
      expect(lines.filter((line) => line.startsWith("+"))).toHaveLength(change.additions)
      expect(lines.filter((line) => line.startsWith("-"))).toHaveLength(change.deletions)
    }
  })

  test("that git itself would print for a new file are the same as ours", async () => {
    await write("ours.txt", "a\n\nb\n")
    await write("open.txt", "a\nb")
    const ours = (await gitChanges(folder)).map((change) => change.patch)
    await git("add", ".")
    const its = (await gitChanges(folder)).map((change) => change.patch)
    const hunks = (patch: string) => patch.slice(patch.indexOf("---"))
    expect(ours.map(hunks).sort()).toEqual(its.map(hunks).sort())
  })

  test("are all its files when nothing has been committed", async () => {
    await write("first.txt", "first\n")
    await git("add", ".")
    expect((await gitChanges(folder)).map((change) => change.file)).toEqual(["first.txt"])
  })

  test("leave out what is ignored, and the text of what is binary, large or a link", async () => {
    await write(".gitignore", "ignored.txt\n")
    await commit()
    await write("ignored.txt", "x\n")
    await write("binary.bin", new Uint8Array([1, 0, 2]))
    await write("large.txt", "x\n".repeat(600_000))
    await symlink("/etc/hostname", path.join(folder, "link"))
    const changes = await gitChanges(folder)
    expect(changes.map((change) => [change.file, change.additions])).toEqual([
      ["binary.bin", 0],
      ["large.txt", 0],
      ["link", 0],
    ])
    for (const change of changes) expect(change.patch.length).toBeLessThan(200)
  })

  test("are named from the folder that is asked about", async () => {
    await mkdir(path.join(folder, "deep"))
    await write("deep/a.txt", "a\n")
    await write("b.txt", "b\n")
    await commit()
    await write("deep/a.txt", "A\n")
    await write("b.txt", "B\n")
    expect((await gitChanges(path.join(folder, "deep"))).map((change) => change.file)).toEqual(["a.txt"])
  })

  test("are read without running what the repository names", async () => {
    await write("a.txt", "a\n")
    await commit()
    const program = path.join(folder, ".git", "program")
    await Bun.write(program, `#!/bin/sh\ntouch ${folder}/ran\ncat "$@"\n`)
    await chmod(program, 0o755)
    await git("config", "diff.external", program)
    await git("config", "core.fsmonitor", program)
    await git("config", "diff.shout.textconv", program)
    await write(".git/info/attributes", "a.txt diff=shout\n")
    await write("a.txt", "b\n")
    expect((await gitChanges(folder)).map((change) => change.file)).toEqual(["a.txt"])
    expect(await Bun.file(path.join(folder, "ran")).exists()).toBe(false)
  })

  test("are an error where there is no work tree", async () => {
    await rm(path.join(folder, ".git"), { recursive: true })
    await expect(gitChanges(folder)).rejects.toThrow()
  })
})

async function commit(): Promise<void> {
  await git("add", ".")
  await git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "--quiet", "-m", "First")
}

async function git(...args: string[]): Promise<void> {
  const { exitCode, stderr } = await run("git", args, { cwd: folder, env: process.env })
  if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`)
}
