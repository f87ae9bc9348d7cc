import { Failure } from "../lib/errors.ts"
import type { NamedPatch, Refusal } from "./apply.ts"
import { type Form, inForm, standing } from "./patch.ts"

/** A patch that upstream's release needs, and that is not in what was made of it. */
export interface LeftOut {
  name: string
  why: string
}

const FORMS: Record<Form, string> = {
  source: "TypeScript source",
  effect: "TypeScript source that is written with Effect",
  bundles: "readable bundles",
  chunks: "minified chunks",
}

/** Those of a series that are for a release in one form of its code, and those that it needs and have no such form. */
export function chooseSeries(
  series: NamedPatch[],
  upstream: { version: string; form: Form },
): { chosen: NamedPatch[]; leftOut: LeftOut[] } {
  const { applies: chosen = [], formless = [] } = Object.groupBy(series, (patch) => standing(patch, upstream))
  const why = `it has no form for ${FORMS[upstream.form]}`
  return {
    chosen: chosen.map((patch) => inForm(patch, upstream.form)),
    leftOut: formless.filter(({ kind }) => kind !== "build").map(({ name }) => ({ name, why })),
  }
}

/** What a build of the core alone takes of a series: on upstream's source, what changes its build script. */
export function chooseCore(series: NamedPatch[]): { chosen: NamedPatch[]; leftOut: LeftOut[] } {
  return {
    chosen: series.filter(({ kind, edits }) => kind === "build" && edits.length > 0),
    leftOut: series.filter(({ kind }) => kind !== "build").map(({ name }) => ({ name, why: "--core-only" })),
  }
}

/**
 * @param leftOut those of the series that have no form for the code of a release
 * @throws Failure when one of them is required there
 */
export function requireForms(series: NamedPatch[], leftOut: LeftOut[], upstream: string): void {
  const required = leftOut.filter(
    ({ name }) => series.find((patch) => patch.name === name)?.level === "required",
  )
  if (required.length === 0) return
  throw new Failure({
    what: `${upstream} needs patches that are not there for its code: ${required.map(({ name }) => name).join(", ")}`,
    why: required[0]!.why,
    next: "write that form of each in patches/; --core-only builds without patches",
  })
}

/** What is left out of a build because it does not apply. */
export function describeRefusal({ patch: { name }, why: { report } }: Refusal): LeftOut {
  return { name, why: `it does not apply: ${report.why}` }
}
