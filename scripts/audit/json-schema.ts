import { z } from "zod"
import { reportSchema } from "./report.ts"

/** The form of `report.json` as JSON Schema, for those who read it in another language; docs/audit-report.schema.json is it. */
export function printReportSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(reportSchema), null, 2)}\n`
}
