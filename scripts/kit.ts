import { rmSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { dirname, join, relative, resolve } from "node:path"
import { findRelease } from "./kit/find-release.ts"
import { readKitOptions } from "./kit/options.ts"
import { readLock } from "./kit/read-lock.ts"
import { parts, table } from "./kit/sizes.ts"
import { KIT, stageRelease, stageRest } from "./kit/stage.ts"
import { writeArchive } from "./kit/write-archive.ts"
import { readBuildRecord } from "./lib/build-record.ts"
import { runCommand } from "./lib/errors.ts"
import { formatBytes, Progress } from "./lib/log.ts"

await runCommand(async () => {
  const options = readKitOptions(process.argv)
  const chosen = await readLock(join(import.meta.dirname, "../kit"), options)
  const started = performance.now()
  const progress = new Progress(5, { silent: options.json })
  const release = await progress.step("Find the release", () => findRelease(options.release))
  const record = await readBuildRecord(join(release, "build.json"))
  const name = `${record.opencode}-${record.target}-kit`
  const out = options.out ?? resolve(`dist/${name}.tar.gz`)
  const stage = `${out}.stage-${process.pid}`
  process.on("exit", () => rmSync(stage, { recursive: true, force: true }))
  await mkdir(dirname(out), { recursive: true })
  await progress.step("Copy the release", () => stageRelease(release, record, stage))
  await progress.step("Acquire and unpack", async ({ update, result }) => {
    // npm's libraries take a while to load.
    const { extractPackages } = await import("./lib/npm/extract-packages.ts")
    await extractPackages(chosen.packages, join(stage, KIT), { cache: options.cache, onProgress: update })
    result(`${chosen.packages.length} packages`)
  })
  const { manifest, files } = await progress.step("List and hash", async ({ result }) => {
    const staged = await stageRest(record, chosen, stage)
    const bytes = staged.files.reduce((sum, file) => sum + file.bytes, 0)
    result(`${staged.files.length} files, ${formatBytes(bytes)}`)
    return staged
  })
  const archive = await progress.step("Write the archive", async ({ result }) => {
    const written = await writeArchive({ folder: stage, files, top: `opencode-${name}`, out })
    result(formatBytes(written.bytes))
    return written
  })
  const file = relative(process.cwd(), out)
  const milliseconds = Math.round(performance.now() - started)
  if (options.json)
    console.log(JSON.stringify({ file, ...archive, milliseconds, parts: parts(manifest), manifest }, null, 2))
  else console.log(`${table(parts(manifest))}\n${file}  sha256 ${archive.sha256}`)
  return true
})
