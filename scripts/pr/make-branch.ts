import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { commit as commitAll, committer, must } from "../upstream/git/commit.ts"
import { git } from "../upstream/git/git.ts"
import { checkOut, mirrorCommit } from "../upstream/git/mirror.ts"
import { applySteps, isMerged, type MadeStep } from "./apply-steps.ts"
import { type Formatter, formatLike, readFormatter } from "./format.ts"
import type { NamedPullRequest, Vintage } from "./pull-request.ts"
import { needsOf } from "./read-pull-requests.ts"
import { formOf, type ReadText, readVintage } from "./vintage.ts"
import { TEMPLATE } from "./write-body.ts"

export interface Branch {
  vintage: Vintage
  /** The pull requests that it builds on and that are not in the base: their commits come first. */
  below: NamedPullRequest[]
  /** Titles of its own commits, in order. */
  commits: string[]
  /** The files that its own commits change, as git counts their lines. */
  changes: FileChange[]
  /** The repository's template at the base; undefined when it has none, and is not upstream's. */
  template: string | undefined
  /** git's hash of all files with its commits: what is built of it is built of this. */
  tree: string
  /** The same without its own commits, but with those that it builds on. */
  treeBefore: string
}

export interface FileChange {
  file: string
  added: number
  removed: number
}

/**
 * Makes a checkout of the base, in a new folder, with a branch of the pull request's name. Beside it a file a commit, as
 * `git am` takes them.
 * @param folder exists, and is empty
 * @throws Failure when the base cannot be had, or the pull request does not apply to it
 */
export async function makeBranch(
  origin: { url: string; commit: string },
  requests: NamedPullRequest[],
  request: NamedPullRequest,
  { cache, folder }: { cache: string; folder: string },
): Promise<Branch> {
  const root = join(folder, "tree")
  // Asked for first, as it is what most often fails.
  const author = committer(await identity())
  await checkOut(await mirrorCommit(origin, cache), origin.commit, root)
  const read: ReadText = (file) => readFile(join(root, file), "utf8").catch(absent)
  const vintage = await readVintage(read, request)
  const below = await findBelow(needsOf(requests, request), vintage, read)
  const template = await readTemplate(read, request)
  const formatter = readFormatter(await read("package.json"))
  await must(root, ["checkout", "--quiet", "-b", request.name], author)
  const each = async (one: NamedPullRequest) => {
    for (const step of await applySteps(one, formOf(one, vintage), read)) {
      await writeStep(root, step, { read, formatter })
      await commitAll(root, `${step.subject}\n\n${wrapped(one.why)}`, author)
    }
  }
  for (const one of below) await each(one)
  const first = (await must(root, ["rev-parse", "HEAD"])).trim()
  await each(request)
  const words = ["format-patch", "--quiet", "--no-signature", "--output-directory", folder, origin.commit]
  await must(root, words, author)
  const titles = await must(root, ["log", "--reverse", "--format=%s", `${first}..HEAD`], author)
  return {
    vintage,
    below,
    template,
    commits: titles.trim().split("\n"),
    changes: readNumstat(await must(root, ["diff", "--numstat", "--no-renames", first, "HEAD"], author)),
    tree: (await must(root, ["rev-parse", "HEAD^{tree}"])).trim(),
    treeBefore: (await must(root, ["rev-parse", `${first}^{tree}`])).trim(),
  }
}

/** Those of the needed ones that are not in the base yet. */
async function findBelow(
  needs: NamedPullRequest[],
  vintage: Vintage,
  read: ReadText,
): Promise<NamedPullRequest[]> {
  const below: NamedPullRequest[] = []
  for (const one of needs) {
    const form = one.forms[vintage]
    if (form && !(await isMerged(form, read))) below.push(one)
  }
  return below
}

async function writeStep(
  root: string,
  { files }: MadeStep,
  { read, formatter }: { read: ReadText; formatter: Formatter },
): Promise<void> {
  for (const [file, after] of files) {
    const text = await formatLike(formatter, file, { before: await read(file), after })
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
  }
}

/** A paragraph in lines that `git log` shows whole. */
function wrapped(text: string): string {
  const lines = [""]
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (longer.length > LINE) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines.join("\n")
}

const LINE = 72

/** @param text what `git diff --numstat` prints */
export function readNumstat(text: string): FileChange[] {
  return Array.from(text.matchAll(/^(\d+)\t(\d+)\t(.+)$/gm), ([, added, removed, file]) => ({
    file: file!,
    added: Number(added),
    removed: Number(removed),
  }))
}

/** The person's own name, as git has it: a pull request is theirs. */
async function identity(): Promise<string> {
  const { ok, stdout, stderr } = await git(process.cwd(), ["var", "GIT_AUTHOR_IDENT"])
  if (ok) return stdout
  throw new Failure({
    what: "The branch's commits would have no author",
    why: stderr.split("\n").at(-1) || "git says no more",
    next: 'git config --global user.name "Your Name" && git config --global user.email you@example.com',
  })
}

async function readTemplate(read: ReadText, { repository }: NamedPullRequest): Promise<string | undefined> {
  const template = await read(TEMPLATE)
  if (template !== undefined || repository) return template
  throw new Failure({
    what: `Upstream's template for pull requests is not there: ${TEMPLATE}`,
    why: "body.md is made after it",
    next: "name a base that has it: npm run pr -- NAME --base dev",
  })
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error
}
