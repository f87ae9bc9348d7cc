import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"

/** The text of a file; undefined where there is none. Throws when it is there and cannot be read. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/** Puts a whole text in place of a file, or of what a link leads to; its mode stays. Throws when that cannot be. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  const status = statSync(file, { throwIfNoEntry: false })
  const real = status ? realpathSync(file) : file
  const beside = `${real}.${process.pid}.new`
  try {
    writeFileSync(beside, text, { mode: status ? status.mode & 0o777 : 0o600, flag: "wx" })
    renameSync(beside, real)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}
