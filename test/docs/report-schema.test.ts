import { expect, test } from "bun:test"
import { join } from "node:path"
import { printReportSchema } from "../../scripts/audit/json-schema.ts"

test("the published schema of the audit's report is the one that reports are held against", async () => {
  const published = Bun.file(join(import.meta.dirname, "../../docs/audit-report.schema.json"))
  // When it differs: npm run audit -- --schema > docs/audit-report.schema.json; npx biome check --write docs
  expect(await published.json()).toEqual(JSON.parse(printReportSchema()))
})
