import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const MOUNT = Bun.which("mount")

const folders: string[] = []

/** A folder that {@link removeFolders} removes. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mounts-"))
  folders.push(folder)
  return folder
}

/** Removes all that was made here. */
export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
}

/**
 * Makes a script that starts an executable in a mount namespace of its own, in which something was done first. By absolute
 * paths, as a run's PATH has next to nothing.
 * @param prepare lines of a shell's
 * @param executable with words ahead of the run's own, if any
 * @param afterwards a command to be run when the program has ended
 */
export async function wrapper(prepare: string, executable: string, afterwards?: string): Promise<string> {
  const folder = await makeFolder()
  const [file, inside] = [join(folder, "opencode"), join(folder, "inside.sh")]
  const start = afterwards
    ? `status=0\n${executable} "$@" || status=$?\n${afterwards}\nexit $status`
    : `exec ${executable} "$@"`
  await writeFile(inside, `set -e\n${prepare}\n${start}\n`)
  const unshare = `${Bun.which("unshare")} --user --map-root-user --mount`
  await writeFile(file, `#!/bin/sh\nexec ${unshare} /bin/sh ${inside} "$@"\n`, { mode: 0o755 })
  return file
}
