import { cp, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { git } from "../../scripts/upstream/git/git.ts"
import { gitPin } from "./stock.ts"

/** Where its first commit is: the tag of the pin whose place it takes. */
export const TAG = `v${gitPin.version}`

/** A monorepo of our own, in the layout and with the shapes of upstream's: see its README. */
export const FOLDER = join(import.meta.dirname, "../fixtures/upstream")

/** What of the second one, of the newest 1.x, lies over the first. */
export const EFFECT_FOLDER = join(import.meta.dirname, "../fixtures/upstream-effect")

/** What the second one does without. */
const WITHOUT = ["packages/opencode", "packages/hono", "packages/asking-worker", "patches"]

/** The files of its opencode package that are TypeScript, by their paths in the package. */
export const SOURCES: Record<string, string> = await readSources()

async function readSources(): Promise<Record<string, string>> {
  const folder = join(FOLDER, "packages/opencode")
  const files = await Array.fromAsync(new Bun.Glob("{src,script}/**/*.{ts,tsx}").scan({ cwd: folder }))
  const read = files.sort().map(async (file) => [file, await readFile(join(folder, file), "utf8")])
  return Object.fromEntries(await Promise.all(read))
}

/** Makes a repository of that tree, with a second commit behind the first. */
export async function makeUpstream(
  folder: string,
  vintage: "namespaces" | "effect" = "namespaces",
): Promise<{ first: string; second: string }> {
  await copyUpstream(folder, vintage)
  return commitUpstream(folder)
}

/** Puts the files of one of the two into a folder. */
export async function copyUpstream(folder: string, vintage: "namespaces" | "effect"): Promise<void> {
  await cp(FOLDER, folder, { recursive: true })
  if (vintage === "namespaces") return
  for (const path of WITHOUT) await rm(join(folder, path), { recursive: true })
  await cp(EFFECT_FOLDER, folder, { recursive: true })
}

/** Makes a repository of what is in a folder. */
export async function commitUpstream(folder: string): Promise<{ first: string; second: string }> {
  await must(folder, ["init", "--quiet", "--initial-branch=dev"])
  const first = await commit(folder, "first")
  await must(folder, ["tag", TAG])
  await writeFile(join(folder, "later.txt"), "later\n")
  return { first, second: await commit(folder, "second") }
}

export async function must(folder: string, args: string[]): Promise<string> {
  const { ok, stdout, stderr } = await git(folder, args)
  if (!ok) throw new Error(`git ${args.join(" ")}: ${stderr}`)
  return stdout.trim()
}

/** Commits all that is in a repository, and gives the commit. */
export async function commit(folder: string, message: string): Promise<string> {
  const who = [
    "-c",
    "user.name=Stand In",
    "-c",
    "user.email=stand-in@localhost",
    "-c",
    "commit.gpgSign=false",
  ]
  await must(folder, ["add", "--all"])
  await must(folder, [...who, "commit", "--quiet", "--date=2026-01-02T03:04:05Z", "-m", message])
  return must(folder, ["rev-parse", "HEAD"])
}
