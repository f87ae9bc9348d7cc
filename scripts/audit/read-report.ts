import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { Failure } from "../lib/errors.ts"
import { type Report, reportSchema } from "./report.ts"

/** Reads a report of the audit. Throws a Failure when it is not there, or is none. */
export async function readReport(file: string): Promise<Report> {
  const text = await readFile(file, "utf8").catch((error) => {
    throw new Failure({ what: `${resolve(file)} cannot be read`, why: error.message, next: "npm run audit" })
  })
  const parsed = reportSchema.safeParse(parse(file, text))
  if (parsed.success) return parsed.data
  const why = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")
  throw new Failure({ what: `${file} is no report of an audit`, why, next: "npm run audit" })
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = `it is not JSON: ${(error as Error).message}`
    throw new Failure(
      { what: `${file} is no report of an audit`, why, next: "npm run audit" },
      { cause: error },
    )
  }
}
