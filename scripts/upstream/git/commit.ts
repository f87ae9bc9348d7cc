import { Failure } from "../../lib/errors.ts"
import { git } from "./git.ts"

/** Variables for git that say who commits and when, and keep a person's own configuration out of it. */
export type Committer = Record<string, string>

/** Who made the commit that a checkout is at, and when. */
export async function committerOf(root: string): Promise<Committer> {
  const shown = await must(root, ["show", "--no-patch", "--format=%an%n%ae%n%at", "HEAD"])
  const [name = "", email = "", seconds = ""] = shown.split("\n")
  return committer(`${name} <${email}> ${seconds} +0000`)
}

/** @param ident as `git var GIT_AUTHOR_IDENT` prints it */
export function committer(ident: string): Committer {
  const [, name = "", email = "", date = ""] = /^(.*) <(.*)> (.*)$/.exec(ident.trim()) ?? []
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
    // A person's own configuration (signing, hooks, templates) must not reach the commits' hashes.
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
  }
}

/** Commits all that is in a checkout, and gives the commit. */
export async function commit(root: string, message: string, environment: Committer): Promise<string> {
  await must(root, ["add", "--all"], environment)
  await must(root, ["commit", "--quiet", "--no-verify", "--no-gpg-sign", "-m", message], environment)
  return (await must(root, ["rev-parse", "HEAD"])).trim()
}

/**
 * What git prints.
 * @throws Failure when it ends with an error
 */
export async function must(root: string, args: string[], environment?: Committer): Promise<string> {
  const { ok, stdout, stderr } = await git(root, args, environment)
  if (ok) return stdout
  throw new Failure({
    what: `git ${args[0]} failed in ${root}`,
    why: stderr || "git says no more",
    next: "make room if the disk is full, and run it again",
  })
}
