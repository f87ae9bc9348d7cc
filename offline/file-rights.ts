import { accessSync, constants, lstatSync, readlinkSync, type Stats } from "node:fs"
import path from "node:path"
import { writableByOthers } from "./windows-rights.ts"

/**
 * What of a file this user can write to: the file, its folder, or one above it, by which another file could be put in
 * its place. Who owns one can give himself the right. Root, who can write to everything, is who administers the machine.
 * On Windows it is what others than administrators can write to.
 * @returns the path of the one that is nearest to the file, or undefined when there is none
 * @throws Node's error when one of them cannot be looked at
 */
export function writablePart(
  file: string,
  uid: number | undefined,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (platform === "win32") return writableByOthers(file)
  if (uid === 0) return undefined
  return partsOf(path.resolve(file)).findLast((part) => canWrite(part, uid))
}

/** Why a file does not count as an administrator's, for people. @param part what {@link writablePart} found */
export function describeWritable(part: string, platform: NodeJS.Platform = process.platform): string {
  return platform === "win32"
    ? `others than administrators can write to ${part}`
    : `this user can write to ${part}. Only root may`
}

/** The root, each folder on the way, and the file; where a link stands on it, also all on the way that it leads. */
function partsOf(file: string): string[] {
  const { root } = path.parse(file)
  const parts = [root]
  const names = file.slice(root.length).split(path.sep)
  for (let current = root; names.length > 0; ) {
    const part = path.join(current, names.shift()!)
    if (!parts.includes(part)) parts.push(part)
    if (lstatSync(part).isSymbolicLink()) {
      const target = path.resolve(current, readlinkSync(part))
      const { root: start } = path.parse(target)
      names.unshift(...target.slice(start.length).split(path.sep).filter(Boolean))
      current = start
    } else current = part
  }
  return parts
}

function canWrite(part: string, uid: number | undefined): boolean {
  const status = lstatSync(part)
  // A link has no rights of its own; the folder that it stands in decides.
  if (status.isSymbolicLink() || keepsOthersFiles(status, uid)) return false
  try {
    accessSync(part, constants.W_OK)
    return true
  } catch (error) {
    return status.uid === uid && (error as NodeJS.ErrnoException).code !== "EROFS"
  }
}

/** A folder such as /tmp: who does not own it can replace only files that are his own. */
function keepsOthersFiles(status: Stats, uid: number | undefined): boolean {
  return status.isDirectory() && (status.mode & 0o1000) !== 0 && status.uid !== uid
}
