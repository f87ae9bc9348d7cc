import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { Failure } from "../lib/errors.ts"
import type { Found, Materials } from "../materials/material.ts"
import { readBuildRecord } from "../record/build-record.ts"
import type { Subject } from "./output.ts"

/**
 * Reads what outputs are printed from out of a release's folder.
 * @throws Failure when something of it is not there, or malformed
 */
export async function readSubject(folder: string): Promise<Subject> {
  const record = await readBuildRecord(join(folder, "build.json"))
  const names = (await readdir(join(folder, "patches"))).filter((name) => name.endsWith(".diff")).sort()
  const diffs = names.map(async (name) => [
    basename(name, ".diff"),
    await readFile(join(folder, "patches", name), "utf8"),
  ])
  return {
    kind: "executable",
    record,
    materials: await readMaterials(join(folder, "materials.json")),
    diffs: Object.fromEntries(await Promise.all(diffs)),
    files: [],
  }
}

async function readMaterials(file: string): Promise<Materials> {
  try {
    const materials = JSON.parse(await readFile(file, "utf8"))
    if (materials.format === 1) return materials
    throw new Error(`its format is ${materials.format}, not 1`)
  } catch (error) {
    throw new Failure({
      what: `${file} is no list of materials`,
      why: (error as Error).message,
      next: "build the release again: npm run build",
    })
  }
}

/** The materials as they were found, to be gathered with more. */
export function foundIn({ list, texts }: Materials): Found[] {
  return list.map((material) => ({ ...material, texts: material.texts.map((key) => texts[key]!) }))
}
