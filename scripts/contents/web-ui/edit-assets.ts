import { Lang, parse } from "@ast-grep/napi"
import type { WebUiFile } from "../../../offline/build/write-pack.ts"
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
 * Replaces string literals in the scripts of a web UI, by syntax. Throws a Failure, naming the literal, when there are
 * more or fewer than an edit states.
 */
export function editScripts(files: WebUiFile[], edits: LiteralEdit[]): WebUiFile[] {
  const found = new Map(edits.map((edit) => [edit.find, 0]))
  const edited = files.map((file) => {
    const bytes = Buffer.from(file.content.buffer, file.content.byteOffset, file.content.byteLength)
    const wanted = edits.filter((edit) => bytes.includes(edit.find))
    if (!file.path.endsWith(".js") || wanted.length === 0) return file
    const root = parse(Lang.JavaScript, bytes.toString("utf8")).root()
    const changes = root.findAll({ rule: { kind: "string" } }).flatMap((literal) => {
      const edit = wanted.find(({ find }) => literal.text().slice(1, -1) === find)
      if (!edit) return []
      found.set(edit.find, found.get(edit.find)! + 1)
      return [literal.replace(JSON.stringify(edit.replace))]
    })
    return { ...file, content: new TextEncoder().encode(root.commitEdits(changes)) }
  })
  for (const edit of edits) assertCount(edit, found.get(edit.find)!)
  return edited
}

function assertCount(edit: LiteralEdit, found: number): void {
  if (found === edit.count) return
  throw new Failure({
    what: `The web UI has the literal "${edit.find}" ${found} times, not ${edit.count}`,
    why: `this web UI differs from the one the edit was written for (${edit.why})`,
    next: "See what the page asks for now, and correct scripts/contents/web-ui/edit-assets.ts.",
  })
}
