import { realpath } from "node:fs/promises"
import { run } from "../lib/process.ts"
import type { BuildRecord } from "./build-record.ts"

/**
 * Which commit of this project a folder is checked out at, and whether nothing in it was changed or added since.
 * @returns undefined when the folder is no checkout of its own, such as an unpacked archive
 */
export async function readRepository(folder: string): Promise<BuildRecord["repository"]> {
  const top = await git(folder, "rev-parse", "--show-toplevel", "HEAD")
  const [root, commit] = top?.trim().split("\n") ?? []
  if (!root || !commit || (await realpath(root)) !== (await realpath(folder))) return undefined
  const changes = await git(folder, "status", "--porcelain", "--untracked-files=normal")
  return { commit, clean: changes === "" }
}

/** A commit as people and versions name it: with what says that the files were not those of the commit. */
export function nameCommit({ commit, clean }: NonNullable<BuildRecord["repository"]>): string {
  return `${commit}${clean ? "" : "-changed"}`
}

/** What git prints; undefined when it fails, or is not there. Variables that name another repository do not count. */
async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")))
  const { exitCode, stdout } = await run("git", args, {
    cwd: folder,
    env: { ...env, GIT_OPTIONAL_LOCKS: "0" },
  })
  return exitCode === 0 ? stdout : undefined
}
