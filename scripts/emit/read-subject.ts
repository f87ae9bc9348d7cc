import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { Failure } from "../lib/errors.ts"
import type { Found, Materials } from "../materials/material.ts"
import { type BuildRecord, readBuildRecord } from "../record/build-record.ts"
import type { Subject } from "./output.ts"

/**
 * Reads what outputs are printed from out of a release's folder.
 * @throws Failure when something of it is not there, or malformed
 */
export async function readSubject(folder: string): Promise<Subject> {
  const record = await readBuildRecord(join(folder, "build.json"))
  return {
    kind: "executable",
    record,
    materials: await readMaterials(join(folder, "materials.json")),
    diffs: await readDiffs(join(folder, "patches"), record),
    files: [],
  }
}

/** The diff of each patch of the record, and no other. */
async function readDiffs(folder: string, { patches }: BuildRecord): Promise<Record<string, string>> {
  const there = (await readdir(folder).catch(() => []))
    .filter((name) => name.endsWith(".diff"))
    .map((name) => basename(name, ".diff"))
    .sort()
  const names = patches.map(({ name }) => name)
  const missing = names.filter((name) => !there.includes(name))
  const extra = there.filter((name) => !names.includes(name))
  if (missing.length > 0 || extra.length > 0) throw ofOtherPatches(folder, missing, extra)
  const read = there.map(async (name) => [name, await readFile(join(folder, `${name}.diff`), "utf8")])
  return Object.fromEntries(await Promise.all(read))
}

function ofOtherPatches(folder: string, missing: string[], extra: string[]): Failure {
  return new Failure({
    what: `${folder} does not have the diffs of the patches that build.json names`,
    why: [
      ...(missing.length > 0 ? [`missing: ${missing.join(", ")}`] : []),
      ...(extra.length > 0 ? [`of no patch of it: ${extra.join(", ")}`] : []),
    ].join("; "),
    next: "build the release again: npm run build",
  })
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
