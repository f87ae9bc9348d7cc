import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import semver from "semver"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import type { Material } from "../materials/material.ts"
import { type Output, type Subject, toJson } from "./output.ts"
import { serialNumber, subjectUrl } from "./subject.ts"

/** What is known of vulnerabilities that scanners name: OpenVEX 0.2.0, of what `vex/` says about what is inside. */
export const vex: Output = {
  name: "vex",
  about: "scanners: which known vulnerabilities do not count, and why (OpenVEX)",
  files: ["openvex.json"],
  print: (subject) => ({ "openvex.json": toJson(toDocument(subject, readStatements())) }),
}

const FOLDER = join(import.meta.dirname, "../../vex")

const JUSTIFICATIONS = [
  "component_not_present",
  "vulnerable_code_not_present",
  "vulnerable_code_not_in_execute_path",
  "vulnerable_code_cannot_be_controlled_by_adversary",
  "inline_mitigations_already_exist",
] as const

const statement = z
  .strictObject({
    vulnerability: z.string().regex(/^(CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3})$/),
    aliases: z.array(z.string()).default([]),
    /** `upstream` for OpenCode itself, else a package URL without a version. */
    component: z.union([z.literal("upstream"), z.string().regex(/^pkg:[a-z]+\/[^@]*[^@/]$/)]),
    /** Of the component: a range, as npm writes them. */
    versions: z.string().refine((range) => semver.validRange(range) !== null, "must be a range of versions"),
    status: z.enum(["not_affected", "affected", "fixed", "under_investigation"]),
    justification: z.enum(JUSTIFICATIONS).optional(),
    notes: z.string().min(1),
    /** What to do about it. */
    action: z.string().optional(),
  })
  .refine(({ status, justification }) => (status === "not_affected") === (justification !== undefined), {
    message: "a justification goes with not_affected, and with nothing else",
  })
  .refine(({ status, action }) => (status === "affected") === (action !== undefined), {
    message: "an action goes with affected, and with nothing else",
  })

export type VexStatement = z.infer<typeof statement>

/**
 * Reads the statements, one a file.
 * @throws Failure that names the file that is malformed
 */
export function readStatements(folder = FOLDER): VexStatement[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"))
  return names.sort().map((name) => {
    const parsed = statement.safeParse(JSON.parse(readFileSync(join(folder, name), "utf8")))
    if (parsed.success) return parsed.data
    throw new Failure({
      what: `vex/${name} is no statement`,
      why: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
      next: "correct it as docs/vulnerabilities.md says",
    })
  })
}

/** The materials that a statement is about. */
export function findComponents(
  { component, versions }: Pick<VexStatement, "component" | "versions">,
  { record, materials }: Pick<Subject, "record" | "materials">,
): Material[] {
  const isMeant = ({ name, purl }: Material) =>
    component === "upstream" ? name === record.stock.package : purl.startsWith(`${component}@`)
  return materials.list.filter(
    (material) => isMeant(material) && semver.satisfies(material.version ?? "", versions),
  )
}

/** A statement about what is not inside says nothing of this release, and is left out. */
export function toDocument(subject: Subject, statements: VexStatement[]) {
  const { materials, record } = subject
  return {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `${serialNumber(subject)}#vex`,
    author: "opencode-offline",
    timestamp: materials.created,
    version: 1,
    tooling: `opencode-offline ${record.tools["opencode-offline"]}`,
    statements: statements.flatMap((one) => {
      const components = findComponents(one, subject)
      if (components.length === 0) return []
      const { vulnerability, aliases, status, justification, notes, action } = one
      return [
        {
          vulnerability: { name: vulnerability, aliases },
          timestamp: materials.created,
          products: [
            { "@id": subjectUrl(subject), subcomponents: components.map(({ purl }) => ({ "@id": purl })) },
          ],
          status,
          ...(justification && { justification }),
          ...(status === "not_affected" ? { impact_statement: notes } : { status_notes: notes }),
          ...(action && { action_statement: action }),
        },
      ]
    }),
  }
}
