import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { isAbsolute, join, resolve } from "node:path"
import { explainCacheFailure } from "../../lib/cache-failure.ts"
import { Failure } from "../../lib/errors.ts"
import { withTemporaryFolder } from "../../lib/npm/cache.ts"
import { git } from "./git.ts"
import { showUrl, withoutLogins } from "./show-url.ts"

export interface Origin {
  /** An URL, the path of a repository, or the path of a `git bundle`. */
  url: string
  /** The full sha: 40 hex digits. It alone decides what is taken; no tag or branch is trusted. */
  commit: string
  /** The version whose tag is looked at to explain a commit that is not there, if it is known. */
  version?: string
}

/**
 * The bare mirror in the cache that holds the commit with its tree, and no history. Fetched when it is not there, or
 * when it is damaged; written beside and renamed, so a killed fetch leaves nothing that counts.
 * @returns the mirror's path
 * @throws Failure when the origin cannot be reached, has not the commit, or the disk is full
 */
export async function mirrorCommit(origin: Origin, cache: string): Promise<string> {
  const mirror = join(cache, "git", `${origin.commit}.git`)
  if (await isWhole(mirror, origin.commit)) return mirror
  try {
    await mkdir(join(cache, "git"), { recursive: true })
    return await withTemporaryFolder(cache, async (folder) => {
      await fetchCommit(origin, folder, cache)
      await rm(mirror, { recursive: true, force: true })
      await rename(folder, mirror)
      return mirror
    })
  } catch (error) {
    throw explainCacheFailure(error, cache)
  }
}

/** Makes a new folder the commit's tree, in a repository of its own. The folder must be empty or not there. */
export async function checkOut(mirror: string, commit: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const steps = [
    ["init", "--quiet"],
    ["config", "core.autocrlf", "false"],
    ["fetch", "--quiet", "--depth=1", mirror, commit],
    ["checkout", "--quiet", "--detach", commit],
  ]
  for (const args of steps) {
    const { ok, stderr } = await git(folder, args)
    if (!ok) throw cannotCheckOut(folder, stderr)
  }
}

/** Whether every object of the commit is there and has the hash by which it is named. */
async function isWhole(mirror: string, commit: string): Promise<boolean> {
  const there = await stat(mirror).catch(() => undefined)
  if (!there?.isDirectory()) return false
  await settle(mirror)
  const bare = await git(mirror, ["--git-dir=.", "cat-file", "-e", `${commit}^{tree}`])
  return bare.ok && (await git(mirror, ["--git-dir=.", "fsck", "--no-dangling", "--no-progress", commit])).ok
}

/** All that a mirror is to be told. */
const SETTINGS = `[core]
\trepositoryformatversion = 0
\tbare = true
[uploadpack]
\tallowAnySHA1InWant = true
`

/** The cache is not trusted: git runs programs that a repository's own settings name, to fetch what it lacks for one. */
async function settle(mirror: string): Promise<void> {
  const file = join(mirror, "config")
  if ((await readFile(file, "utf8").catch(() => "")) !== SETTINGS) await writeFile(file, SETTINGS)
  await rm(join(mirror, "hooks"), { recursive: true, force: true })
  await rm(join(mirror, "objects/info/alternates"), { force: true })
}

async function fetchCommit(origin: Origin, folder: string, cache: string): Promise<void> {
  const { ok, stderr } = await git(folder, ["init", "--quiet", "--bare"])
  if (!ok) throw fetchFailure(origin, cache, stderr)
  const url = await locate(origin.url)
  const bySha = await git(folder, ["fetch", "--quiet", "--no-tags", "--depth=1", url, origin.commit])
  if (!bySha.ok) await fetchRefs(origin, url, folder, cache)
  if (!(await isWhole(folder, origin.commit))) throw await unknownCommit(origin, url, folder)
}

/** For servers that give only what a name points at, and for bundles: all branches and tags, with their history. */
async function fetchRefs(origin: Origin, url: string, folder: string, cache: string): Promise<void> {
  const names = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
  const { ok, stderr } = await git(folder, ["fetch", "--quiet", "--no-tags", url, ...names])
  if (!ok) throw fetchFailure(origin, cache, stderr)
}

function fetchFailure(origin: Origin, cache: string, stderr: string): unknown {
  if (/No space left on device|Disk quota exceeded/i.test(stderr)) {
    return explainCacheFailure(Object.assign(new Error(stderr), { code: "ENOSPC" }), cache)
  }
  return new Failure({
    what: `Nothing could be fetched from ${showUrl(origin.url)}`,
    why: withoutLogins(stderr) || "git says no more",
    next: `see whether git reaches it (git ls-remote), or name a mirror or a bundle: npm run build -- --source git --git-url URL|PATH|BUNDLE`,
  })
}

/** git reads a relative path from the folder that it runs in, which is not the person's. */
export async function locate(url: string): Promise<string> {
  const path = isAbsolute(url) ? url : resolve(url)
  return (await stat(path).catch(() => undefined)) ? path : url
}

async function unknownCommit(origin: Origin, url: string, folder: string): Promise<Failure> {
  const tag = `refs/tags/v${origin.version}`
  const { stdout } = origin.version ? await git(folder, ["ls-remote", url, tag, `${tag}^{}`]) : { stdout: "" }
  const target = stdout.trim().split("\n").at(-1)?.split("\t")[0]
  const hint = target ? `; its tag v${origin.version} points at ${target}, which is not what was pinned` : ""
  return new Failure({
    what: `${showUrl(origin.url)} does not hold the commit ${origin.commit}`,
    why: `no branch or tag leads to it${hint}`,
    next: "name an origin that has it: npm run build -- --source git --git-url URL|PATH|BUNDLE",
  })
}

function cannotCheckOut(folder: string, stderr: string): Failure {
  return new Failure({
    what: `The commit could not be checked out into ${folder}`,
    why: stderr || "git says no more",
    next: `make room if the disk is full (df -h ${folder}), and build again`,
  })
}
