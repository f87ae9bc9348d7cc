import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Failure } from "../../lib/errors.ts"
import { git } from "./git.ts"
import { locate } from "./mirror.ts"
import { showUrl, withoutLogins } from "./show-url.ts"

/**
 * The full sha that a branch or tag of an origin points at now; a full sha is given back as it is.
 * @throws Failure when the origin cannot be reached or has no such branch or tag
 */
export async function resolveRef(url: string, ref: string): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`]
  const origin = await locate(url)
  const { ok, stdout, stderr } = await git(tmpdir(), ["ls-remote", "--", origin, ...names])
  const found = new Map(stdout.split("\n").map((line) => line.split("\t").reverse() as [string, string]))
  const name = names.find((candidate) => found.has(candidate))
  if (ok && name) return (await peelInBundle(origin, name)) ?? found.get(name)!
  const shown = showUrl(url)
  throw new Failure({
    what: ok ? `${shown} has no branch or tag ${JSON.stringify(ref)}` : `${shown} cannot be asked for ${ref}`,
    why: withoutLogins(stderr) || "git ls-remote lists none of that name",
    next: "see whether git reaches it (git ls-remote), name another (--git-url), or give the full commit instead",
  })
}

/** A bundle does not list what a tag with a message points at: it has to be unpacked for that. */
async function peelInBundle(origin: string, name: string): Promise<string | undefined> {
  const isBundle = (await stat(origin).catch(() => undefined))?.isFile()
  if (!isBundle || !name.startsWith("refs/tags/")) return undefined
  const folder = await mkdtemp(join(tmpdir(), "bundle-"))
  try {
    await git(folder, ["init", "--quiet", "--bare"])
    await git(folder, ["fetch", "--quiet", "--no-tags", "--", origin, name])
    const { ok, stdout } = await git(folder, ["--git-dir=.", "rev-parse", "FETCH_HEAD^{commit}"])
    return ok ? stdout.trim() : undefined
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
