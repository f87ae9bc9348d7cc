import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"

const FOLDER = join(import.meta.dirname, "../../offline/help")

/** The pages of `opencode offline help TOPIC`, by topic, sorted. */
export async function readHelpPages(): Promise<Record<string, string>> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".txt")).sort()
  const pages = files.map(async (name) => [name.slice(0, -4), await readFile(join(FOLDER, name), "utf8")])
  return Object.fromEntries(await Promise.all(pages))
}
