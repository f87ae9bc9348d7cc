import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { defaultCache } from "../../scripts/lib/npm/cache.ts"
import { PINS, pinFile, pinName } from "../../scripts/pins/pin.ts"
import { serveGit } from "./git-server.ts"
import { copyProject, type Project } from "./project.ts"
import { makeUpstream, must } from "./stand-in-upstream.ts"
import { gitPin } from "./stock.ts"

/** A copy of this project whose pin names a commit of the stand-in upstream, which is served on loopback. */
export interface GitProject extends Project {
  /** The stand-in's folder, and its URL, with a login that must not be seen anywhere. */
  upstream: string
  url: string
  /** A cache with this machine's packages, but nothing of git's. */
  cache: string
  /** The commit that the pin names. */
  commit: string
  /** Has the pin name another commit. */
  pinCommit(commit: string): Promise<void>
  /** Changes the stand-in, commits that, and gives the commit. */
  commitChange(file: string, change: (text: string) => string): Promise<string>
  /** A new cache of the same kind. */
  newCache(): Promise<string>
  /** Builds from git, with the stand-in's URL and the cache unless `args` say otherwise. */
  buildGit(args?: string[], env?: Record<string, string>): ReturnType<Project["build"]>
}

export const LOGIN = "someone:s3cret"

/**
 * @param make makes the repository that stands for upstream's in a folder
 * @param of the pin that names its commit
 */
export async function makeGitProject(
  make: (folder: string) => Promise<{ first: string }> = makeUpstream,
  of = gitPin,
): Promise<GitProject> {
  const project = await copyProject()
  const root = await mkdtemp(join(tmpdir(), "opencode-offline-git-"))
  const upstream = join(root, "upstream")
  await mkdir(upstream)
  const { first } = await make(upstream)
  const server = await serveGit(root)
  const url = `${server.url.replace("://", `://${LOGIN}@`)}/upstream/.git`
  const pin = join(project.folder, "pins", relative(PINS, pinFile(pinName(of))))
  const pinCommit = async (commit: string) => {
    const text = await readFile(pin, "utf8")
    const parsed = JSON.parse(text)
    await writeFile(pin, JSON.stringify({ ...parsed, git: { ...parsed.git, commit } }, null, 2))
  }
  await pinCommit(first)
  const cache = await makeCache(root)
  return {
    ...project,
    upstream,
    url,
    cache,
    commit: first,
    pinCommit,
    newCache: () => makeCache(root),
    async commitChange(file, change) {
      const path = join(upstream, file)
      const text = await readFile(path, "utf8")
      if (change(text) === text) throw new Error(`nothing is changed in ${file}`)
      await writeFile(path, change(text))
      const who = ["-c", "user.name=Stand In", "-c", "user.email=stand-in@localhost"]
      await must(upstream, [...who, "commit", "--quiet", "--all", "-m", `change ${file}`])
      await writeFile(path, text)
      await must(upstream, [...who, "commit", "--quiet", "--all", "-m", `change ${file} back`])
      return must(upstream, ["rev-parse", "HEAD~1"])
    },
    buildGit: (args = [], env = {}) => {
      const given = (name: string, value: string) => (args.includes(name) ? [] : [name, value])
      const options = [...given("--git-url", url), ...given("--cache", cache)]
      return project.build(["--source", "git", "--pin", pinName(of), ...options, ...args], env)
    },
    async remove() {
      server.stop()
      await Promise.all([project.remove(), rm(root, { recursive: true, force: true })])
    },
  }
}

async function makeCache(root: string): Promise<string> {
  const cache = await mkdtemp(join(root, "cache-"))
  for (const part of ["files", "npm", "derived"]) {
    await mkdir(join(defaultCache(), part), { recursive: true })
    await symlink(join(defaultCache(), part), join(cache, part))
  }
  return cache
}

/** What builds left in a cache while they were under way. */
export function leftIn(cache: string): Promise<string[]> {
  return readdir(join(cache, "tmp")).catch(() => [])
}
