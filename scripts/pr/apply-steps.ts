import { Failure } from "../lib/errors.ts"
import { splice } from "../patching/apply.ts"
import { parseUnit } from "../patching/unit.ts"
import type { FileEdit, NamedPullRequest, Step } from "./pull-request.ts"
import { addRow } from "./table-row.ts"
import type { ReadText } from "./vintage.ts"

/** A commit to be made: the files that it changes, as they are then. */
export interface MadeStep {
  subject: string
  files: Map<string, string>
}

/**
 * Applies the steps of a pull request in memory, each to what those before have left. Nothing is written.
 * @param read gives a file as it is before them
 * @throws Failure that names all places that are not as stated, or says that it is in the base already
 */
export async function applySteps(
  request: NamedPullRequest,
  steps: Step[],
  read: ReadText,
): Promise<MadeStep[]> {
  const there = await findMerged(steps, read)
  if (there !== undefined) throw merged(request, there)
  const state = new Map<string, string>()
  const current = async (file: string) => state.get(file) ?? (await read(file))
  const wrong: string[] = []
  const made: MadeStep[] = []
  for (const step of steps) {
    const files = await applyStep(step, current, wrong)
    for (const [file, text] of files) state.set(file, text)
    made.push({ subject: step.subject ?? request.subject, files })
  }
  if (wrong.length > 0) throw doesNotApply(request, wrong)
  return made
}

/** Whether a base has the pull request: a file that it brings is there. */
export async function isMerged(steps: Step[], read: ReadText): Promise<boolean> {
  return (await findMerged(steps, read)) !== undefined
}

async function findMerged(steps: Step[], read: ReadText): Promise<string | undefined> {
  for (const file of steps.flatMap(({ files = {} }) => Object.keys(files)))
    if ((await read(file)) !== undefined) return file
  return undefined
}

async function applyStep(step: Step, current: ReadText, wrong: string[]): Promise<Map<string, string>> {
  const changed = new Map<string, string>(Object.entries(step.files ?? {}))
  const now = async (file: string) => changed.get(file) ?? (await current(file))
  for (const edit of step.edits) {
    const text = await now(edit.file)
    const after = applyEdit(edit, text, wrong)
    if (after !== undefined && after !== text) changed.set(edit.file, after)
  }
  for (const row of step.rows ?? []) {
    const text = await now(row.file)
    const after = text === undefined ? undefined : addRow(text, row)
    if (after === undefined) wrong.push(`in ${row.file} there is no table with a row ${row.after}`)
    else if (after !== text) changed.set(row.file, after)
  }
  for (const [file, section] of Object.entries(step.sections ?? {})) {
    const text = await now(file)
    if (text === undefined) wrong.push(`${file} is not there`)
    else changed.set(file, `${text.trimEnd()}\n\n${section}`)
  }
  return changed
}

/** The text with the edit made; undefined when its places are not as it states, which is said in `wrong`. */
function applyEdit(edit: FileEdit, text: string | undefined, wrong: string[]): string | undefined {
  const places = text?.includes(edit.anchor ?? "")
    ? parseUnit({ file: edit.file, text }).findAll(edit.find)
    : []
  const [fewest, most] = typeof edit.places === "number" ? [edit.places, edit.places] : edit.places
  if (text === undefined || places.length < fewest || places.length > most) {
    const expected = fewest === most ? `${fewest}` : `${fewest} to ${most}`
    const found = text === undefined ? "the file is not there" : `found ${places.length}`
    wrong.push(`in ${edit.file} it looked for ${edit.what}: it states ${expected}, and ${found}`)
    return undefined
  }
  const after = splice(
    text,
    places.flatMap((place) => edit.change(place)),
  )
  parseUnit({ file: edit.file, text: after })
  return after
}

function merged({ name }: NamedPullRequest, file: string): Failure {
  return new Failure({
    what: `The pull request ${name} is in this base already`,
    why: `${file} is there`,
    next: `take it out of pull-requests/series, and look whether ${name} was merged as it is`,
  })
}

function doesNotApply({ name }: NamedPullRequest, wrong: string[]): Failure {
  return new Failure({
    what: `The pull request ${name} does not apply to this base`,
    why: wrong.join("\n        "),
    next: `compare upstream's code with the rules in pull-requests/${name}.ts, and mend them`,
  })
}
