import { readFileSync } from "node:fs"
import { print } from "../print.ts"
import { findChanges, readSums } from "./list.ts"
import { findList, placeOf } from "./places.ts"
import { findWrongSignature } from "./signature.ts"

/** What `opencode offline verify --json` prints. */
export interface Verified {
  list: string
  files: number
  /** The key that signed the list; null when none was given to check it by. */
  key: string | null
  findings: string[]
}

/**
 * Answers `opencode offline verify`, and ends the process: compares the installed files with the list that they came
 * with, and that with its signature. Connects to nothing.
 * @param words those behind `verify`
 */
export function answerVerify(words: readonly string[], executable = process.execPath): never {
  const options = readOptions(words)
  if (options.help) end(0, HELP)
  if (options.wrong !== undefined) end(2, "", `! "${options.wrong}" is not accepted here. Write: ${USAGE}\n`)
  const list = options.list ?? findList(executable)
  if (list === undefined) end(2, "", `! There is no list of files beside ${executable}. Write: ${USAGE}\n`)
  const found = verify(list, options.key)
  if ("failed" in found) end(2, "", `! ${printable(found.failed)}\n`)
  end(
    found.findings.length === 0 ? 0 : 1,
    options.json ? `${JSON.stringify(found, null, 2)}\n` : describe(found),
  )
}

function verify(list: string, key: string | undefined): Verified | { failed: string } {
  try {
    const bytes = readFileSync(list)
    const sums = readSums(bytes.toString())
    if ("wrong" in sums) return { failed: `${list} is no list of files: ${sums.wrong}` }
    const wrong =
      key === undefined
        ? undefined
        : findWrongSignature(readFileSync(key, "utf8"), bytes, readFileSync(`${list}.sig`, "utf8"))
    const { base, whole } = placeOf(list)
    const findings = [...(wrong ? [`${list}: ${wrong}`] : []), ...findChanges(sums, base, whole)]
    return { list, files: sums.length, key: key ?? null, findings }
  } catch (error) {
    return { failed: (error as Error).message }
  }
}

function describe({ list, files, key, findings }: Verified): string {
  const signed = key === null ? "Its signature was not checked (--key)." : `It is signed by ${key}.`
  if (findings.length === 0)
    return `The ${files} files are as ${list} says. ${signed}\nA program that was changed can say this, too: verify.sh of the kit does without it.\n`
  return `The files are not as ${list} says:\n${findings.map((line) => `  ${printable(line)}\n`).join("")}`
}

interface Options {
  list?: string
  key?: string
  json: boolean
  help: boolean
  /** The first word that is not accepted. */
  wrong?: string
}

function readOptions(words: readonly string[]): Options {
  const options: Options = { json: false, help: false }
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!
    if (word === "--help" || word === "-h") options.help = true
    else if (word === "--json") options.json = true
    else if (word.startsWith("--key=")) options.key = word.slice("--key=".length)
    else if (word === "--key" && words[index + 1] !== undefined) options.key = words[++index]
    else if (!word.startsWith("-") && options.list === undefined) options.list = word
    else options.wrong ??= word
  }
  return options
}

const USAGE = "opencode offline verify [SHA256SUMS] [--key PUBLIC-KEY] [--json]"

const HELP = `opencode offline verify [SHA256SUMS]

compare the installed files with the list that they came with; connects to nothing; exit code 0, 1 or 2

Positionals:
  SHA256SUMS  the list (default: that of the kit that is installed, or the one beside this executable)

Options:
  -h, --help  show help                                                             [boolean]
      --key   the public key (PEM) that must have signed the list: SHA256SUMS.sig    [string]
      --json  print it as JSON                                     [boolean] [default: false]
`

/** Names come from files, and a terminal obeys what is in them. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?")
}

function end(code: number, out: string, error = ""): never {
  print("out", out)
  print("error", error)
  process.exit(code)
}
