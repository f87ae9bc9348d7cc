import { writeFile } from "node:fs/promises"
import { basename, join, relative, resolve } from "node:path"
import { readSigningKey } from "../emit/signing-key.ts"
import { kitFiles, kitName, machineFile, releaseFiles, sums } from "../kit/contents.ts"
import { findRelease } from "../kit/find-release.ts"
import { parts, table } from "../kit/manifest.ts"
import { readKitOptions } from "../kit/options.ts"
import { outputFiles } from "../kit/outputs.ts"
import { readLock } from "../kit/read-lock.ts"
import { findShellFiles } from "../kit/shell/find-files.ts"
import { formOf, writeArchive } from "../kit/write-archive.ts"
import { runCommand } from "../lib/errors.ts"
import { formatBytes, Progress } from "../lib/log.ts"
import { readBuildRecord } from "../record/build-record.ts"

/** Where the kit's lockfile is. */
const KIT = join(import.meta.dirname, "../../kit")

await runCommand(async () => {
  const started = performance.now()
  const options = await readKitOptions(process.argv)
  // What is misspelt ends it ahead of a build.
  if (options.release === undefined) await readLock(KIT, options)
  const progress = new Progress(options.completions ? 5 : 4, { silent: options.json })
  const signKey = options.signKey === undefined ? undefined : await readSigningKey(options.signKey)
  const release = await progress.step("Find the release", () => options.release ?? findRelease(options))
  const record = await readBuildRecord(join(release, "build.json"))
  const name = kitName(record)
  const chosen = await readLock(KIT, { ...options, target: record.target })
  const read = await progress.step("Acquire", async (step) => {
    // npm's libraries take a while to load.
    const { readPackages } = await import("../lib/npm/read-packages.ts")
    const found = await readPackages(chosen.packages, { cache: options.cache, onProgress: step.update })
    step.result(`${chosen.packages.length} packages`)
    return found
  })
  const shell = options.completions
    ? await progress.step("Ask for the help of each command", () =>
        findShellFiles(release, record, { cache: options.cache, name }),
      )
    : {}
  const { files, manifest } = await progress.step("Put together", async (step) => {
    const rest = await kitFiles(record, chosen, read, shell)
    const contents = [...(await releaseFiles(release, record)), ...rest.files]
    contents.push(machineFile(record, contents))
    const { packages } = rest.manifest
    const all = [...contents, ...(await outputFiles({ release, packages, read, files: contents }, signKey))]
    const bytes = all.reduce((sum, { data }) => sum + data.length, 0)
    step.result(`${all.length} files, ${formatBytes(bytes)}`)
    return { ...rest, files: [...all, sums(all)] }
  })
  const form = formOf(record.target)
  const out = options.out ?? resolve(`dist/${name}.${form}`)
  const archive = await progress.step("Write the archive", async (step) => {
    const written = await writeArchive(files, name, out, form)
    await writeFile(`${out}.sha256`, `${written.sha256}  ${basename(out)}\n`)
    step.result(formatBytes(written.bytes))
    return written
  })
  const file = relative(process.cwd(), out)
  const milliseconds = Math.round(performance.now() - started)
  if (options.json)
    console.log(JSON.stringify({ file, ...archive, milliseconds, parts: parts(manifest), manifest }, null, 2))
  else console.log(`${table(parts(manifest))}\n${file}  sha256 ${archive.sha256}`)
  return true
})
