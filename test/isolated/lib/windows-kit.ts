import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"
import { readZip } from "../../lib/read-zip.ts"
import { fitForWine } from "./foreign.ts"

const ROOT = join(import.meta.dirname, "../../..")

/** What stays in: a formatter that is a program of Windows, and a server. Wine takes long for thousands of files. */
const KEPT = ["@biomejs/biome", "dockerfile-language-server-nodejs"]

/**
 * Makes a small kit for Windows, with an executable that Wine can start, and unpacks it.
 * @param built the executable of a release, in its folder
 * @returns the folder that all is in, and the archive's own folder in it
 */
export async function unpackWindowsKit(built: string): Promise<{ folder: string; archive: string }> {
  const folder = await mkdtemp(join(tmpdir(), "windows-kit-"))
  const release = join(folder, "release")
  await cp(dirname(built), release, { recursive: true })
  const executable = fitForWine(await readFile(built))
  await writeFile(join(release, "opencode.exe"), executable)
  const record = JSON.parse(await readFile(join(release, "build.json"), "utf8"))
  record.executable.sha256 = new Bun.CryptoHasher("sha256").update(executable).digest("hex")
  await writeFile(join(release, "build.json"), JSON.stringify(record))
  const zip = join(folder, "kit.zip")
  const { dependencies } = JSON.parse(await readFile(join(ROOT, "kit/package.json"), "utf8"))
  const without = Object.keys(dependencies)
    .filter((name) => name !== "intelephense" && !KEPT.includes(name))
    .flatMap((name) => ["--without", name])
  const words = ["scripts/commands/kit.ts", "--json", "--release", release, "--out", zip, ...without]
  const { exitCode, stderr } = await run(process.execPath, words, { cwd: ROOT, env: process.env })
  if (exitCode !== 0) throw new Error(`kit failed:\n${stderr}`)
  for (const { path, data } of readZip(await readFile(zip))) {
    await mkdir(dirname(join(folder, "unpacked", path)), { recursive: true })
    await writeFile(join(folder, "unpacked", path), data)
  }
  await rm(release, { recursive: true })
  const [top = ""] = readZip(await readFile(zip)).map(({ path }) => path.split("/")[0]!)
  return { folder, archive: join(folder, "unpacked", top) }
}
