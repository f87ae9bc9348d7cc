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

/**
 * The text of a licence as SPDX publishes it.
 * @param copyright takes the place of the line that is to be filled in
 * @throws Failure when SPDX has no text of that name
 */
export function standardText(identifier: string, copyright?: string): string {
  const file = join(LICENSES, `${identifier}.json`)
  if (!existsSync(file))
    throw new Failure({
      what: `There is no text of the licence ${identifier}`,
      why: "SPDX publishes none of that name",
      next: "name another in pins/licenses.json, or leave the package out",
    })
  const text: string = JSON.parse(readFileSync(file, "utf8")).licenseText
  return fillIn(text.trim(), copyright)
}

function fillIn(text: string, copyright: string | undefined): string {
  if (copyright === undefined) return text
  const filled = text.replace(/^Copyright (\(c\) )?[<[].*$/im, copyright)
  return filled === text ? `${copyright}\n\n${text}` : filled
}
