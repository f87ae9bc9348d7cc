import { rmSync } from "node:fs"
import { mkdir, readdir, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

/**
 * Makes the folder beside `out` in which what will be there is made, so that the last step is a rename and nothing of it
 * is seen until it is whole. It goes when the process ends before that; what killed processes left behind goes now.
 */
export async function openStagedFolder(out: string): Promise<string> {
  await removeLeftovers(out)
  const folder = `${out}.making-${process.pid}`
  await mkdir(folder, { recursive: true })
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A folder cannot be renamed over a full one: the old one steps aside first, and goes when the new one stands. */
export async function replaceFolder(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const old = `${to}.old-${process.pid}`
  await rename(to, old).catch((error) => {
    if (error.code !== "ENOENT") throw error
  })
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}

/** The process's id in the name says whose it is. */
async function removeLeftovers(out: string): Promise<void> {
  const names = await readdir(dirname(out)).catch(() => [])
  for (const name of names) {
    const [, kind, pid] = name.match(/\.(making|old)-(\d+)$/) ?? []
    if (!kind || !name.startsWith(`${basename(out)}.`) || isRunning(Number(pid))) continue
    await rm(join(dirname(out), name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}
