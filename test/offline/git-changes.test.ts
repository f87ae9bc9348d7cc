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
    const program = await planted()
    await git("config", "diff.external", program)
    await git("config", "core.fsmonitor", program)
    await git("config", "diff.shout.textconv", program)
    await write(".git/info/attributes", "a.txt diff=shout\n")
    await write("a.txt", "b\n")
    expect((await gitChanges(folder)).map((change) => change.file)).toEqual(["a.txt"])
    expect(await hasRun()).toBe(false)
  })

  test("are read without running a filter that the repository names, whatever file names it", async () => {
    await write("a.txt", "a\n")
    await write("b.txt", "b\n")
    await write("c.txt", "c\n")
    await commit()
    const program = await planted()
    await git("config", "filter.one.clean", program)
    await git("config", "filter.one.required", "true")
    await git("config", "filter.two.process", program)
    await write(".git/more", `[filter "th r.e\\"e"]\n\tclean = ${program}\n\tsmudge = ${program}\n`)
    await git("config", "include.path", "more")
    await write(".gitattributes", "a.txt filter=one\nb.txt filter=two\n")
    await write(".git/info/attributes", 'c.txt filter=th\\ r.e"e\n')
    for (const name of ["a.txt", "b.txt", "c.txt"]) await write(name, "changed\n")
    expect((await gitChanges(folder)).map((change) => change.file)).toEqual([
      "a.txt",
      "b.txt",
      "c.txt",
      ".gitattributes",
    ])
    expect(await hasRun()).toBe(false)
  })

  test("are read without running what a submodule names", async () => {
    const inner = path.join(folder, "inner")
    await mkdir(inner)
    await git("init", "--quiet", "inner")
    await write("inner/a.txt", "a\n")
    await git("-C", "inner", "add", ".")
    await git("-C", "inner", ...who, "commit", "--quiet", "-m", "Inner")
    await commit()
    const program = await planted()
    await git("-C", "inner", "config", "core.fsmonitor", program)
    await git("-C", "inner", "config", "filter.one.clean", program)
    await write("inner/.gitattributes", "a.txt filter=one\n")
    await write("inner/a.txt", "changed\n")
    expect(await gitChanges(folder)).toEqual([])
    expect(await hasRun()).toBe(false)
  })

  test("are read without fetching what the repository lacks, by the program that it names for that", async () => {
    await write("a.txt", "a\n")
    await commit()
    const program = await planted()
    const origin = { url: path.join(folder, ".git"), promisor: "true", uploadpack: program }
    for (const [key, value] of Object.entries(origin)) await git("config", `remote.origin.${key}`, value)
    await git("config", "core.repositoryformatversion", "1")
    await git("config", "extensions.partialClone", "origin")
    await rm(path.join(folder, ".git/objects", "78"), { recursive: true })
    await write("a.txt", "b\n")
    await expect(gitChanges(folder)).rejects.toThrow()
    expect(await hasRun()).toBe(false)
  })

  test("are refused where a filter cannot be switched off", async () => {
    await git("config", "filter.a=b.clean", "true")
    await expect(gitChanges(folder)).rejects.toThrow("filter.a=b")
  })

  test("are an error where there is no work tree", async () => {
    await rm(path.join(folder, ".git"), { recursive: true })
    await expect(gitChanges(folder)).rejects.toThrow()
  })
})

const who = ["-c", "user.name=Test", "-c", "user.email=test@localhost"]

async function commit(): Promise<void> {
  await git("add", ".")
  await git(...who, "commit", "--quiet", "-m", "First")
}

/** A program that leaves a trace when it is run. */
async function planted(): Promise<string> {
  const program = path.join(folder, ".git", "program")
  await Bun.write(program, `#!/bin/sh\ntouch ${folder}/.git/ran\ncat "$@"\n`)
  await chmod(program, 0o755)
  return program
}

function hasRun(): Promise<boolean> {
  return Bun.file(path.join(folder, ".git", "ran")).exists()
}

async function git(...args: string[]): Promise<void> {
  const { exitCode, stderr } = await run("git", args, { cwd: folder, env: process.env })
  if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`)
}
