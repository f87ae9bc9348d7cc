import { readFile, rename, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { printJson } from "../lib/print-json.ts"
import { pinFile } from "../pins/pin.ts"
import { labelOf } from "./known-hosts.ts"
import { hostOf, missingFor, type Report, type ReportedResult } from "./report.ts"

const side = z.strictObject({
  /** `not asked` is that it was built without a patch that the job needs. */
  job: z.enum(["done", "not done", "not asked"]),
  /** What was tried, each once, as the audit calls it. */
  hosts: z.array(z.string()),
})

/** What was measured of a pin that is only audited, by scenario; in mode `answer`. */
export const measuredSchema = z.record(z.string(), z.strictObject({ stock: side, offline: side }))

export type Measured = z.infer<typeof measuredSchema>

/** The file of a pin's measurement, `audited.json` beside it. */
export function measuredFile(pin: string, folder?: string): string {
  return join(dirname(pinFile(pin, folder)), "audited.json")
}

/** What a report says of upstream's release and of the build, each run in all its scenarios. */
export function measure(report: Report): Measured {
  const sides = Object.fromEntries(
    report.scenarios.map(({ name }) => [
      name,
      { stock: sideOf(report, name, "stock"), offline: sideOf(report, name, "offline") },
    ]),
  )
  return measuredSchema.parse(sides)
}

function sideOf(report: Report, name: string, id: "stock" | "offline"): z.infer<typeof side> {
  const executable = report.executables.find((one) => one.id === id)
  const result = report.results.find((one) => one.executable === id && one.scenario === name)
  if (!executable || !result) throw notBoth(id, name)
  const scenario = report.scenarios.find((one) => one.name === name)!
  const isAsked = missingFor(executable, scenario).length === 0
  return { job: result.worked ? "done" : isAsked ? "not done" : "not asked", hosts: hostsOf(result) }
}

function hostsOf({ runs }: ReportedResult): string[] {
  const hosts = runs.flatMap(({ attempts }) => attempts.map((attempt) => labelOf(hostOf(attempt))))
  return [...new Set(hosts)].sort()
}

/** Hosts that upstream's release was measured to try and was not seen to this time: then the recorder is deaf. A line each. */
export function findDeafness(stated: Measured, now: Measured): string[] {
  return Object.entries(stated).flatMap(([name, { stock }]) =>
    stock.hosts
      .filter((host) => !now[name]?.stock.hosts.includes(host))
      .map((host) => `stock was not seen to try ${host} in ${name}, which it was measured to`),
  )
}

/**
 * The findings of a report that count for a pin that is only audited: a job that upstream's own does not do there either
 * is stated, and is no finding. A line each.
 */
export function findingsOf(report: Report, measured: Measured): string[] {
  return report.findings
    .filter(({ kind, scenario }) => kind !== "did-not-work" || measured[scenario!]?.stock.job === "done")
    .map(({ line }) => line)
}

/** Jobs that the build was measured to do offline, and did not this time. A line each. */
export function findLosses(stated: Measured, now: Measured): string[] {
  return Object.entries(stated)
    .filter(([name, { offline }]) => offline.job === "done" && now[name]?.offline.job !== "done")
    .map(([name]) => `offline did not do its job in ${name}, which it was measured to`)
}

/**
 * Reads what was measured of a pin.
 * @throws Failure when there is none, or it is malformed
 */
export async function readMeasured(pin: string, folder?: string): Promise<Measured> {
  const file = measuredFile(pin, folder)
  try {
    return measuredSchema.parse(JSON.parse(await readFile(file, "utf8")))
  } catch (error) {
    throw new Failure({
      what: `${file} says nothing of what was measured`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next: `npm run audit-pins -- ${pin}`,
    })
  }
}

/** Writes it as this repository formats JSON. */
export async function writeMeasured(pin: string, measured: Measured): Promise<void> {
  const file = measuredFile(pin)
  await writeFile(`${file}.new`, printJson(measured))
  await rename(`${file}.new`, file)
}

function notBoth(id: string, scenario: string): Failure {
  return new Failure({
    what: "The report does not have all that is to be stated",
    why: `it does not say what ${id} did in ${scenario}`,
    next: "npm run audit-pins",
  })
}
