import { Lang, parse, type SgNode } from "@ast-grep/napi"
import type { WebUiFile } from "../../../offline/build/write-pack.ts"
import { applyByteEdits, type ByteEdit } from "../../../offline/web-ui/byte-edits.ts"
import { Failure } from "../../lib/errors.ts"

export interface LiteralEdit {
  /** The whole value of a string literal. */
  find: string
  replace: string
  why: string
  /** How many literals there are, in all scripts together. */
  count: number
}

/**
 * What the page would ask other hosts for by itself, and what it gets instead. The policy of the page blocks these in
 * any case (upstream's blocks the first as well), but a blocked request is an error in the browser's console.
 */
export const foreignRequests: LiteralEdit[] = [
  {
    find: "https://opencode.ai/changelog.json",
    replace: "data:application/json,[]",
    why: "asked for at the first start after an update, to show what is new: there is nothing new to show",
    count: 1,
  },
  {
    find: "https://opencode.ai/favicon-96x96-v3.png",
    replace: "/favicon-96x96-v3.png",
    why: "the picture of a desktop notification: the same file is in the web UI",
    count: 1,
  },
  {
    find: "https://opencode.ai/favicon.svg",
    replace: "/favicon.svg",
    why: "the picture of one project, opencode's own: the same file is in the web UI",
    count: 1,
  },
]

/**
 * Finds string literals in the scripts of a web UI, by syntax.
 * @returns what becomes of each script that has any, by its path: in the order of the bytes
 * @throws Failure, naming the literal, when there are more or fewer than an edit states
 */
export function findEdits(files: WebUiFile[], edits: LiteralEdit[]): Record<string, ByteEdit[]> {
  const found = new Map(edits.map((edit) => [edit.find, 0]))
  const byFile: Record<string, ByteEdit[]> = {}
  for (const { path, content } of files) {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    const wanted = edits.filter((edit) => bytes.includes(edit.find))
    if (!path.endsWith(".js") || wanted.length === 0) continue
    const text = bytes.toString("utf8")
    const offset = (index: number) => Buffer.byteLength(text.slice(0, index))
    const changes = literalsOf(text).flatMap((literal) => {
      const edit = wanted.find(({ find }) => literal.text().slice(1, -1) === find)
      if (!edit) return []
      found.set(edit.find, found.get(edit.find)! + 1)
      const { start, end } = literal.range()
      return [{ start: offset(start.index), end: offset(end.index), text: JSON.stringify(edit.replace) }]
    })
    if (changes.length > 0) byFile[path] = changes.sort((a, b) => a.start - b.start)
  }
  for (const edit of edits) assertCount(edit, found.get(edit.find)!)
  return byFile
}

function literalsOf(text: string): SgNode[] {
  return parse(Lang.JavaScript, text)
    .root()
    .findAll({ rule: { kind: "string" } })
}

/** The files of a web UI with {@link findEdits} made. Throws as it does. */
export function editScripts(files: WebUiFile[], edits: LiteralEdit[]): WebUiFile[] {
  const found = findEdits(files, edits)
  return files.map((file) => ({
    ...file,
    content: applyByteEdits(new Uint8Array(file.content), found[file.path] ?? []),
  }))
}

function assertCount(edit: LiteralEdit, found: number): void {
  if (found === edit.count) return
  throw new Failure({
    what: `The web UI has the literal "${edit.find}" ${found} times, not ${edit.count}`,
    why: `this web UI differs from the one the edit was written for (${edit.why})`,
    next: "See what the page asks for now, and correct scripts/contents/web-ui/edit-assets.ts.",
  })
}
