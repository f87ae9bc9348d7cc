import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { dependencyOf, expectedPlaces, inForm } from "../patching/patch.ts"
import { readSeries } from "../patching/read-series.ts"
import { parseUnit } from "../patching/unit.ts"
import { PACKAGE } from "../upstream/git/typescript-tree.ts"
import type { FileEdit, NamedPullRequest, Vintage } from "./pull-request.ts"
import { readVintage } from "./vintage.ts"

type Finder = Pick<FileEdit, "file" | "what" | "anchor" | "find" | "places"> & { of: string }

/** A file of upstream's that was looked at. */
export interface CheckedFile {
  file: string
  /** The repository and the commit it was read from, where the folder says so. */
  repository?: string
  commit?: string
  sha256: string
  finders: { of: string; what: string; states: string; found: number }[]
}

export interface CheckedTree {
  vintage: Vintage
  files: CheckedFile[]
  /** The files that finders name and the folder lacks. */
  absent: string[]
}

/** Where a folder says what it was put together from: `{ "FILE": { "repository": …, "commit": … } }`. */
const ORIGINS = "read-from.json"

/**
 * How many places each finder of the pull requests, and each of the series, has in upstream's files: a checkout, or some of
 * its files in a folder. Only what is found in the file as it is there counts, one edit at a time.
 * @throws Failure when the folder is of no known vintage, or a file does not parse
 */
export async function checkTree(folder: string, requests: NamedPullRequest[]): Promise<CheckedTree> {
  const read = (file: string) => readFile(join(folder, file), "utf8").catch(() => undefined)
  const vintage = await readVintage(read, requests.find(({ repository }) => !repository)!)
  const origins = JSON.parse((await read(ORIGINS)) ?? "{}")
  const finders = await findersOf(requests, vintage)
  const files: CheckedFile[] = []
  const absent: string[] = []
  for (const [file, all] of Map.groupBy(finders, (finder) => finder.file)) {
    const text = await read(file)
    if (text === undefined) absent.push(file)
    else
      files.push({
        file,
        ...origins[file],
        sha256: sha256(text),
        finders: all.map((one) => count(one, text)),
      })
  }
  return { vintage, files, absent }
}

/** The finders of all pull requests to upstream itself and of the series, for one vintage of its TypeScript. */
export async function findersOf(requests: NamedPullRequest[], vintage: Vintage): Promise<Finder[]> {
  const own = requests.filter(({ repository }) => !repository)
  return [...findersOfRequests(own, vintage), ...(await findersOfSeries(vintage))]
}

/** Whether each finder has as many places as it states. */
export function isAsStated({ states, found }: CheckedFile["finders"][number]): boolean {
  const [fewest, most = fewest] = states.split(" to ").map(Number)
  return found >= fewest! && found <= most!
}

/** A line a finder, and one a file that is not there. */
export function tellTree({ vintage, files, absent }: CheckedTree): string {
  const lines = files.flatMap(({ file, finders }) =>
    finders.map((one) => {
      const { of, what, states, found } = one
      return `${isAsStated(one) ? "✔" : "✖"} ${file}: ${of} states ${states} and finds ${found}: ${what}`
    }),
  )
  return [
    `upstream's code of the vintage ${vintage}`,
    ...lines,
    ...absent.map((file) => `– ${file}: not there`),
  ].join("\n")
}

function findersOfRequests(requests: NamedPullRequest[], vintage: Vintage): Finder[] {
  return requests.flatMap(({ name, forms }) =>
    (forms[vintage] ?? []).flatMap(({ edits }) => edits.map((edit) => ({ ...edit, of: name }))),
  )
}

async function findersOfSeries(vintage: Vintage): Promise<Finder[]> {
  const form = vintage === "effect" ? "effect" : "source"
  return (await readSeries()).flatMap((patch) =>
    inForm(patch, form)
      .edits.filter((edit) => dependencyOf(edit) === undefined)
      .map((edit) => ({
        ...edit,
        of: `patches/${patch.name}`,
        file: join(PACKAGE, edit.file),
        places: expectedPlaces(edit, "git"),
      })),
  )
}

function count({ of, what, find, anchor = "", places, file }: Finder, text: string) {
  const found = text.includes(anchor) ? parseUnit({ file, text }).findAll(find).length : 0
  return { of, what, states: [places].flat().join(" to "), found }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex")
}
