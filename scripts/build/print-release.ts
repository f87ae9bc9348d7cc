import type { KeyObject } from "node:crypto"
import { type Subject, toJson } from "../emit/output.ts"
import { chooseOutputs, printOutputs } from "../emit/outputs.ts"
import { fingerprintOf } from "../emit/sign.ts"
import type { Step } from "../lib/log.ts"
import type { Materials } from "../materials/material.ts"
import type { BuildRecord } from "../record/build-record.ts"
import type { Code } from "./code.ts"

/** What outputs are printed from. */
interface Listed extends Pick<Code, "applied"> {
  record: BuildRecord
  materials: Materials
  signKey: KeyObject | undefined
}

/**
 * Prints what people and programs are told of the release, all from one list.
 * @returns texts by file name; `materials.json` is the list itself
 * @throws Failure when an output cannot be printed
 */
export async function printRelease(
  { applied, record, materials, signKey }: Listed,
  { emit }: { emit: string | undefined },
  step: Step,
): Promise<Map<string, string>> {
  const diffs = Object.fromEntries(applied.map(({ name, diff }) => [name, diff]))
  const outputs = chooseOutputs(emit)
  const signedBy = signKey && fingerprintOf(signKey)
  const subject: Subject = { kind: "executable", record, materials, diffs, files: [], signedBy }
  const printed = await printOutputs(outputs, subject)
  step.result(outputs.map(({ name }) => name).join(", ") || "no outputs")
  return new Map([["materials.json", toJson(materials)], ...printed])
}
