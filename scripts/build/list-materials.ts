import { join } from "node:path"
import { readModuleGraph } from "../container/index.ts"
import type { Step } from "../lib/log.ts"
import { ofGrammars, ofPackages, ofRipgrep } from "../materials/carried.ts"
import { timeOf } from "../materials/created.ts"
import { ofFonts } from "../materials/fonts.ts"
import { gather } from "../materials/gather.ts"
import { readKnown } from "../materials/known.ts"
import { type Materials, npmUrl } from "../materials/material.ts"
import { ofOrganisation, ofOwnModules, ofPatches } from "../materials/own.ts"
import { ofRuntime, ofUpstream } from "../materials/upstream.ts"
import type { BuildRecord } from "../record/build-record.ts"
import type { Build } from "./check.ts"

const ROOT = join(import.meta.dirname, "../..")

/**
 * The one list of what is in the executable: what every step put in, with licence and origin.
 * @throws Failure when something has no licence
 */
export async function listMaterials(
  { pin, contents, code, own, built }: Build,
  record: BuildRecord,
  { cache }: { cache: string },
  step: Step,
): Promise<Materials> {
  const known = await readKnown()
  const { modules } = readModuleGraph(Bun.mmap(built.staging.executable))
  const page = record.webUi && "package" in record.webUi ? record.webUi : record.stock
  const diffs = Object.fromEntries(code.applied.map(({ name, diff }) => [name, diff]))
  const found = [
    ...ofUpstream(record, known),
    ...ofRuntime(record, known),
    ...ofFonts(modules, npmUrl(page.package, page.version)),
    ...ofRipgrep(pin, record, known),
    ...(await ofGrammars(pin, record, cache)),
    ...ofPackages(
      record,
      contents.packages.packages.map(({ module }) => module),
      known,
    ),
    ...(await ofOwnModules(record, own.libraries)),
    ...(await ofPatches(record, diffs)),
    ...ofOrganisation(record),
  ]
  const about = { created: await timeOf(record, ROOT), executable: { sha512: await built.sha512 } }
  const materials = gather(about, found)
  step.result(`${materials.list.length}, ${Object.keys(materials.texts).length} licence texts`)
  return materials
}
