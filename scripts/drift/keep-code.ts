import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { Failure } from "../lib/errors.ts"
import type { Tree } from "../patching/apply.ts"

const PROJECT = join(import.meta.dirname, "../..")

/** @throws Failure when a folder lies in this project, where no code of upstream's may be */
export function requireOutside(folder: string): void {
  if (/^\.\.($|\/)/.test(relative(PROJECT, folder))) return
  throw new Failure({
    what: `Upstream's code is not written to ${folder}`,
    why: "it lies in this project, and no code of upstream's may get into its repository",
    next: "name a folder elsewhere: npm run drift -- VERSION --keep /tmp/upstream",
  })
}

/**
 * Writes a release's code to be read by whoever mends a patch: `FOLDER/main/src/…`, a file for each of upstream's, as
 * the bundle has it; of minified code `FOLDER/chunks/…`, a file a chunk.
 */
export async function keepCode(trees: Tree[], folder: string): Promise<void> {
  for (const { name, units } of trees) {
    for (const [file, parts] of Map.groupBy(units, (unit) => unit.file || "bundle.js")) {
      const path = join(folder, name, file.replace(/^(\.\.\/)+|^(\/\$bunfs|B:\/~BUN)\/root\//, ""))
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, parts.map(({ text }) => text).join(""))
    }
  }
}
