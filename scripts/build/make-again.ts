import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { ModuleGraph } from "../container/index.ts"
import { namesIn } from "../contents/names.ts"
import { Failure } from "../lib/errors.ts"
import { run } from "../lib/process.ts"
import { type Pin, pinName } from "../pins/pin.ts"
import { type BuildRecord, readBuildRecord } from "../record/build-record.ts"

const ROOT = join(import.meta.dirname, "../..")

/** An organisation's own files, absolute. What is not given is taken from the release that is checked. */
export interface GivenFiles {
  models?: string
  modelsExtend?: string
  config?: string
  policy?: string
}

export interface MadeAgain {
  executable: string
  record: BuildRecord
}

/**
 * Makes a release again from this checkout and the pin, as its record says that it was made.
 * @param release what is checked: its record, and its graph, out of which an organisation's catalogue is taken
 * @param options `folder` is empty, and gets the release
 * @throws Failure when it cannot be built
 */
export async function makeAgain(
  release: { record: BuildRecord; built: ModuleGraph; pin: Pin },
  { folder, cache, given }: { folder: string; cache: string; given: GivenFiles },
): Promise<MadeAgain> {
  const files = await filesFor(release, folder, given)
  const out = join(folder, "release")
  const words = [...wordsFor(release), ...files, "--cache", cache, "--out", out, "--emit", "none", "--json"]
  const { exitCode, stderr } = await run(process.execPath, ["build.ts", ...words], {
    cwd: ROOT,
    env: process.env,
  })
  if (exitCode !== 0) throw notBuilt(words, String(stderr))
  const record = await readBuildRecord(join(out, "build.json"))
  return { executable: join(out, record.executable.file), record }
}

function wordsFor({ record, pin }: { record: BuildRecord; pin: Pin }): string[] {
  const { product, opencode, target, source, leftOut, packages, git } = record
  const plugin = pin.plugin?.provides[0]
  const asked = packages.filter((item) => item.package !== plugin)
  return [
    ...["--pin", pinName({ product, version: opencode }), "--target", target, "--source", source],
    ...(git ? ["--git-url", git.url] : []),
    ...(leftOut.some(({ why }) => why === "--core-only") ? ["--core-only"] : []),
    ...asked.flatMap((item) => ["--with", `${item.package}@${item.version}`]),
  ]
}

async function filesFor(
  { record, built }: { record: BuildRecord; built: ModuleGraph },
  folder: string,
  { models, modelsExtend, config, policy }: GivenFiles,
): Promise<string[]> {
  const keep = async (name: string, contents: string | Uint8Array) => {
    const file = join(folder, name)
    await writeFile(file, contents)
    return file
  }
  const words: string[] = []
  if (policy ?? record.policy)
    words.push("--policy", policy ?? (await keep("policy.json", JSON.stringify(record.policy))))
  const names = namesIn(built)
  const inside = (wanted: string) => built.modules.find(({ name }) => name === wanted)?.contents
  const own = config ?? (record.configuration && inside(names.configuration))
  if (own) words.push("--config", typeof own === "string" ? own : await keep("opencode.json", own))
  if (modelsExtend) words.push("--models-extend", modelsExtend)
  else if (models) words.push("--models", models)
  else if (record.models && record.models.from !== "upstream") {
    const catalogue = inside(names.catalogue)
    if (catalogue) words.push("--models", await keep("models.json", catalogue))
  }
  return words
}

function notBuilt(words: string[], stderr: string): Failure {
  return new Failure({
    what: "It could not be made again from this checkout",
    why: `npm run build -- ${words.join(" ")} ended with:\n        ${stderr.trim().split("\n").slice(-4).join("\n        ")}`,
    next: "do as it says; or compare the file with its record alone, which shows less: npm run verify -- --record-only FILE",
  })
}
