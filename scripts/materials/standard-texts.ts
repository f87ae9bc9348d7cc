import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import parse from "spdx-expression-parse"
import { Failure } from "../lib/errors.ts"

/** The texts that SPDX publishes, a file a licence. */
const LICENSES = join(
  dirname(createRequire(import.meta.url).resolve("spdx-license-list/package.json")),
  "licenses",
)

/**
 * The licences that an expression names. An exception is none: it only takes duties away.
 * @returns undefined when it is no SPDX expression
 */
export function identifiersOf(expression: string): string[] | undefined {
  try {
    return [...new Set(walk(parse(expression)))]
  } catch {
    return undefined
  }
}

function walk(node: parse.Info): string[] {
  if ("conjunction" in node) return [...walk(node.left), ...walk(node.right)]
  return [node.license]
}

/** Whether SPDX publishes a text of that name. */
export function hasStandardText(identifier: string): boolean {
  return existsSync(fileOf(identifier))
}

function fileOf(identifier: string): string {
  return join(LICENSES, `${identifier}.json`)
}

/**
 * The text of a licence as SPDX publishes it.
 * @param copyright takes the place of the line that is to be filled in
 * @throws Failure when SPDX has no text of that name
 */
export function standardText(identifier: string, copyright?: string): string {
  if (!hasStandardText(identifier))
    throw new Failure({
      what: `There is no text of the licence ${identifier}`,
      why: "SPDX publishes none of that name",
      next: "name another in pins/licenses.json, or leave the package out",
    })
  const text: string = JSON.parse(readFileSync(fileOf(identifier), "utf8")).licenseText
  return fillIn(text.trim(), copyright)
}

function fillIn(text: string, copyright: string | undefined): string {
  if (copyright === undefined) return text
  const filled = text.replace(/^Copyright (\(c\) )?[<[].*$/im, copyright)
  return filled === text ? `${copyright}\n\n${text}` : filled
}

/** The lines of a licence text that name who has the copyright; not of whose terms the text is, as the GNU licences begin. */
export function copyrightLines(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim())
  const isOfTerms = /^\s*everyone is permitted to copy and distribute verbatim/im.test(text)
  return lines.filter(
    (line) =>
      COPYRIGHT.test(line) &&
      !/[<[{](yyyy|year)/i.test(line) &&
      !(isOfTerms && /free software foundation/i.test(line)),
  )
}

/** With a year or the sign, as sentences begin with the word as well. */
const COPYRIGHT = /^(copyright\s*(\(c\)|©|\d{4})\s*\S|(\(c\)|©)\s.*\d{4})/i
