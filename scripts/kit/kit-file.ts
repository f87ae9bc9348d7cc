import { Failure } from "../lib/errors.ts"

/** A file of the archive. */
export interface KitFile {
  /** Relative to the folder that the archive unpacks to. */
  path: string
  executable: boolean
  data: Uint8Array
  sha256: string
}

/**
 * Makes a file of the archive.
 * @throws Failure for a path that the installer could not handle: its lists have one a line, and its commands take them in
 *   double quotes
 */
export function kitFile(path: string, contents: Uint8Array | string, executable = false): KitFile {
  const data = typeof contents === "string" ? new TextEncoder().encode(contents) : contents
  if (/^[\w.@$+/ -]+$/.test(path) && !path.split("/").some((part) => ["", ".", ".."].includes(part)))
    return { path, executable, data, sha256: new Bun.CryptoHasher("sha256").update(data).digest("hex") }
  throw new Failure({
    what: `${JSON.stringify(path)} cannot be in the kit`,
    why: "its name has something in it that the installer does not handle",
    next: "pin another version of its package in kit/package.json, as docs/kit.md says",
  })
}
