import { expect, test } from "bun:test"
import { readKnown } from "../../../scripts/materials/known.ts"
import { ofRuntime } from "../../../scripts/materials/upstream.ts"
import { sampleRecord } from "../../lib/subject.ts"

const known = await readKnown()

function note(runtime: Partial<typeof sampleRecord.runtime>): string {
  const [bun] = ofRuntime({ runtime: { ...sampleRecord.runtime, ...runtime } }, known)
  return bun!.note!
}

test("the runtime's note says what it was compared with, and all that differs", () => {
  expect(note({})).toContain("byte for byte")
  expect(note({ apartFromSignature: true })).toContain("but for the file's checksum and signature")
  expect(note({ apartFromSignature: true })).not.toContain("byte for byte")
  expect(note({ equal: false })).toContain("NOT equal")
})
