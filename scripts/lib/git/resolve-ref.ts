import { tmpdir } from "node:os"
import { Failure } from "../errors.ts"
import { git } from "./git.ts"
import { locate } from "./mirror.ts"

/**
 * The full sha that a branch or tag of an origin points at now; a full sha is given back as it is.
 * @throws Failure when the origin cannot be reached or has no such branch or tag
 */
export async function resolveRef(url: string, ref: string): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`]
  const { ok, stdout, stderr } = await git(tmpdir(), ["ls-remote", "--", await locate(url), ...names])
  const found = new Map(stdout.split("\n").map((line) => line.split("\t").reverse() as [string, string]))
  const name = names.find((candidate) => found.has(candidate))
  if (ok && name) return found.get(name)!
  throw new Failure({
    what: ok ? `${url} has no branch or tag ${JSON.stringify(ref)}` : `${url} cannot be asked for ${ref}`,
    why: stderr || "git ls-remote lists none of that name",
    next: `see whether git reaches it (git ls-remote ${url}), name another (--git-url), or give the full commit instead`,
  })
}
