import { toJson } from "../emit/output.ts"
import { chooseOutputs, printOutputs } from "../emit/outputs.ts"
import type { Step } from "../lib/log.ts"
import type { Materials } from "../materials/material.ts"
import type { BuildRecord } from "../record/build-record.ts"
import type { Code } from "./code.ts"

/**
 * Prints what people and programs are told of the release, all from one list.
 * @returns texts by file name; `materials.json` is the list itself
 * @throws Failure when an output cannot be printed
 */
export async function printRelease(
  { applied }: Pick<Code, "applied">,
  record: BuildRecord,
  materials: Materials,
  { emit }: { emit: string | undefined },
  step: Step,
): Promise<Map<string, string>> {
  const diffs = Object.fromEntries(applied.map(({ name, diff }) => [name, diff]))
  const outputs = chooseOutputs(emit)
  const printed = await printOutputs(outputs, { kind: "executable", record, materials, diffs, files: [] })
  step.result(`${materials.list.length} materials, ${outputs.map(({ name }) => name).join(", ")}`)
  return new Map([["materials.json", toJson(materials)], ...printed])
}
