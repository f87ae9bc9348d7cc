import { compareModules, type ModuleGraph } from "../container/index.ts"
import type { BuildRecord } from "./build-record.ts"

/** A release: the one that is checked, or the one that this checkout makes. */
export interface Made {
  record: BuildRecord
  graph: ModuleGraph
}

/**
 * What of a release is not what this checkout makes of the same pin; a line each.
 * @param found `sha256` is that of the file itself; of one that {@link isSignedByOthers}, of the file without that signature
 */
export function findMadeOtherwise(found: Made & { sha256: string }, again: Made): string[] {
  const modules = findModules(found, again)
  const isSame = found.sha256 === again.record.executable.sha256
  const elsewhere = "the file is not what this checkout makes, in something that is in no module"
  return [...modules, ...(isSame || modules.length > 0 ? [] : [elsewhere]), ...findInRecord(found, again)]
}

function findModules(found: Made, again: Made): string[] {
  const { added, changed, removed } = compareModules(again.graph, found.graph)
  const { argv } = found.graph
  return [
    ...changed.map(({ name }) => `${name} is not what this checkout makes`),
    ...added.map(({ name }) => `${name} is in the file, but this checkout does not make it`),
    ...removed.map((name) => `${name} is not in the file, but this checkout makes it`),
    ...(argv === again.graph.argv ? [] : [`the stored arguments are not what this checkout makes: ${argv}`]),
  ]
}

/** Whether the file has a signature that is made with a key, as by `--sign-command`. */
export function isSignedByOthers({ signature }: BuildRecord): boolean {
  return signature?.built === "certificate"
}

/** What a signature of somebody's changes. */
const SIGNED = { executable: undefined, signature: undefined, sizes: undefined }

/**
 * What no checkout can say again is left out: when it was made from which commit, what an organisation's files are called,
 * and what its signer made of the file.
 */
function comparable(
  { repository: _, models, inputs, ...rest }: BuildRecord,
  isSigned: boolean,
): Record<string, unknown> {
  return {
    ...rest,
    ...(isSigned && SIGNED),
    models: models && { ...models, from: models.from === "upstream" ? "upstream" : "another" },
    inputs: Object.fromEntries(
      inputs.filter(({ name }) => !name.startsWith("--")).map(({ name, sha256 }) => [name, sha256]),
    ),
  }
}

function findInRecord(found: Made, again: Made): string[] {
  const isSigned = isSignedByOthers(found.record)
  const [said, made] = [comparable(found.record, isSigned), comparable(again.record, isSigned)]
  return [...new Set([...Object.keys(said), ...Object.keys(made)])]
    .filter((key) => !Bun.deepEquals(said[key], made[key]))
    .map((key) => `build.json's ${key} is not what this checkout writes${which(said[key], made[key])}`)
}

/** The names that differ, where the value is an object. */
function which(said: unknown, made: unknown): string {
  if (!isRecord(said) || !isRecord(made)) return ""
  const names = [...new Set([...Object.keys(said), ...Object.keys(made)])]
  return `: ${names.filter((name) => !Bun.deepEquals(said[name], made[name])).join(", ")}`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
