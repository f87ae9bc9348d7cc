import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { machine, type } from "node:os"
import { dirname, join } from "node:path"
import { sums } from "../../scripts/kit/contents.ts"
import { type KitFile, kitFile } from "../../scripts/kit/kit-file.ts"

/** The scripts of the archive. */
export const OWN = join(import.meta.dirname, "../../kit/archive")

/** Where the kit goes, below the prefix. */
export const KIT = "lib/opencode-kit"

/** What the installer asks for, of which this machine has all. */
export const THIS_MACHINE = `system ${type()}\nprocessor ${machine()}\nkernel 1.0\nkilobytes 1\n`

/** Writes an archive of a few files in the layout of the real one, in the place of an earlier one, with its scripts. */
export async function writeKitArchive(archive: string, own: KitFile[]): Promise<void> {
  await rm(archive, { recursive: true, force: true })
  const script = async (name: string, path = name) => kitFile(path, await readFile(join(OWN, name)))
  const files = [
    kitFile("README.md", "Read me\n"),
    await script("install.sh"),
    await script("rollback.sh", `files/${KIT}/rollback.sh`),
    await script("uninstall.sh", `files/${KIT}/uninstall.sh`),
    ...own,
  ]
  for (const { path, data, executable } of [...files, sums(files)]) {
    await mkdir(dirname(join(archive, path)), { recursive: true })
    await writeFile(join(archive, path), data)
    await chmod(join(archive, path), executable ? 0o755 : 0o644)
  }
}
