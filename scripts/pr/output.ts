import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { readCommits } from "./read-commits.ts"
import type { Prepared } from "./warn.ts"

export const TITLE = "title.txt"
export const BODY = "body.md"
/** The body as it was written, for what was left as it is. */
export const GENERATED = ".generated.md"

/** A pull request as it is checked. */
export interface Checked extends Prepared {
  /** The path of its body. */
  file: string
}

/**
 * Finds what is to be checked: a body, a folder that holds one, or a folder of such folders.
 * @param title instead of the one in `title.txt` beside the body
 * @throws Failure when there is no body, or no title for it
 */
export async function readPrepared(path: string, title?: string): Promise<Checked[]> {
  const files = await findBodies(path)
  if (files.length === 0) throw nothingToCheck(path, `there is no ${BODY} in it`)
  return Promise.all(
    files.map(async (file) => ({
      file,
      title: title ?? (await readTitle(file)),
      body: await readFile(file, "utf8"),
      generated: await readFile(join(dirname(file), GENERATED), "utf8").catch(() => undefined),
      commits: await readCommits(file),
    })),
  )
}

async function findBodies(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: Error) => {
    throw nothingToCheck(path, error.message)
  })
  if (!found.isDirectory()) return [path]
  const names = await readdir(path)
  if (names.includes(BODY)) return [join(path, BODY)]
  const inside = names.map((name) => join(path, name, BODY))
  const there = await Promise.all(inside.map((file) => stat(file).then(Boolean, () => false)))
  return inside.filter((_, i) => there[i]).sort()
}

async function readTitle(file: string): Promise<string> {
  const beside = join(dirname(file), TITLE)
  return readFile(beside, "utf8").then(
    (text) => text.trim(),
    () => {
      throw nothingToCheck(file, `it has no title: ${beside} is not there, and --title is not given`)
    },
  )
}

/**
 * Gives `make` an empty folder beside the output, and puts that in the output's place when it is done.
 * @throws Failure when something else than an earlier output is there, or one whose body was put into a person's words
 */
export async function withOutput(out: string, make: (folder: string) => Promise<void>): Promise<void> {
  const there = await readdir(out).catch((): string[] => [])
  if (there.length > 0 && !there.includes(TITLE)) throw notOurs(out)
  if (there.includes(BODY) && (await hasOwnWords(out))) throw wordsWouldBeLost(out)
  const folder = `${out}.making-${process.pid}`
  await mkdir(folder, { recursive: true })
  try {
    await make(folder)
    await rm(out, { recursive: true, force: true })
    await rename(folder, out)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function hasOwnWords(out: string): Promise<boolean> {
  const read = (name: string) => readFile(join(out, name), "utf8").catch(() => undefined)
  return (await read(BODY)) !== (await read(GENERATED))
}

function wordsWouldBeLost(out: string): Failure {
  return new Failure({
    what: `${out} is left as it is`,
    why: `${BODY} in it is not as npm run pr wrote it, and your words would be lost`,
    next: "name another folder (--out), and copy from there; or take this one away",
  })
}

function notOurs(out: string): Failure {
  return new Failure({
    what: `${out} is left as it is`,
    why: `it holds something that npm run pr did not make: there is no ${TITLE}`,
    next: "name another folder: npm run pr -- NAME --out FOLDER",
  })
}

function nothingToCheck(path: string, why: string): Failure {
  return new Failure({
    what: `${path} cannot be checked`,
    why,
    next: "npm run pr -- NAME, then npm run pr -- --check dist/pr/NAME; or --check BODY --title TITLE",
  })
}
