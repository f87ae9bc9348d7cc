import { chmod, mkdir, readFile, writeFile } from "node:fs/promises"
import { machine, type } from "node:os"
import { dirname, join } from "node:path"
import { sums } from "../../../scripts/kit/contents.ts"
import { kitFile } from "../../../scripts/kit/kit-file.ts"

const OWN = join(import.meta.dirname, "../../../kit/archive")
const KIT = "lib/opencode-kit"

/** Writes what the archive of a kit unpacks to, of its own scripts and one executable: without language servers. */
export async function writeSmallKit(folder: string, executable: Uint8Array | string): Promise<void> {
  const own = async (name: string, path = name) => kitFile(path, await readFile(join(OWN, name)))
  const scripts = ["rollback.sh", "uninstall.sh", "verify.sh"]
  const installed = [
    kitFile("bin/opencode", executable, true),
    ...(await Promise.all(scripts.map((name) => own(name, `${KIT}/${name}`)))),
    kitFile(`${KIT}/bin/a-server`, "#!/bin/sh\n", true),
  ]
  const list = kitFile(`${KIT}/SHA256SUMS`, sums(installed).data)
  const files = [
    await own("install.sh"),
    kitFile("machine", `system ${type()}\nprocessor ${machine()}\nkernel 1.0\nkilobytes 1\n`),
    ...[...installed, list].map(({ path, data, executable }) => kitFile(`files/${path}`, data, executable)),
  ]
  for (const { path, data, executable } of [...files, sums(files)]) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), data)
    await chmod(join(folder, path), executable ? 0o755 : 0o644)
  }
}
