import { createHash } from "node:crypto"
import { closeSync, lstatSync, openSync, readdirSync, readSync } from "node:fs"
import path from "node:path"
import { withSlashes } from "../system.ts"

/** One line of a list of sums, as `sha256sum` writes it. */
export interface Sum {
  sha256: string
  file: string
}

/** The files that get a signature of their own, when they are there. `SHA256SUMS` has the sums of all. */
export const SIGNED = ["SHA256SUMS", "sbom.cdx.json", "sbom.spdx.json"]

/** What lies beside a list and is not in it: it is made of the list, or signs something. */
const BESIDE = ["SHA256SUMS", ...SIGNED.map((name) => `${name}.sig`), "provenance.dsse.json"]

/** What the installer writes into a kit, which is not in its list either. */
const INSTALLED = ["installed", "installed-folders", "installed-managed"]

/**
 * Reads a list of sums.
 * @returns the lines, or the first that is none, or that names what is no file below the list's folder
 */
export function readSums(text: string): Sum[] | { wrong: string } {
  const sums: Sum[] = []
  for (const line of text.split("\n")) {
    if (line === "") continue
    const [, sha256, file] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
    const isBelow = file && !path.isAbsolute(file) && !file.split("/").some((part) => part === "..")
    if (!sha256 || !isBelow) return { wrong: line }
    sums.push({ sha256, file })
  }
  return sums.length > 0 ? sums : { wrong: "(nothing)" }
}

/**
 * What of the files is not as the list says; a line each.
 * @param base the folder that the list's paths begin in
 * @param whole the folder below `base` in which nothing else may lie; undefined when anything may
 */
export function findChanges(sums: Sum[], base: string, whole: string | undefined): string[] {
  const changes = sums.flatMap(({ sha256, file }) => {
    const found = hashFile(path.join(base, file))
    if (found === undefined) return [`${file} is not there, or no regular file`]
    return found === sha256 ? [] : [`${file} was changed: ${found}, the list says ${sha256}`]
  })
  const known = new Set(sums.map(({ file }) => file))
  if (whole === undefined) return changes
  const more = filesBelow(base, whole).filter((file) => !known.has(file) && !belongs(file, whole, known))
  return [...changes, ...more.map((file) => `${file} is there, but not in the list`)]
}

/** Whether a file that the list does not name belongs where it lies. */
function belongs(file: string, whole: string, known: Set<string>): boolean {
  const name = path.relative(whole, file)
  if (BESIDE.includes(name)) return true
  if (whole !== ".") return INSTALLED.includes(name)
  // A release has archives and packages of its kit, which are signed, too.
  return /^[^/]+\.sig$/.test(name) && known.has(name.slice(0, -".sig".length))
}

function filesBelow(base: string, folder: string): string[] {
  const entries = readdirSync(path.join(base, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => withSlashes(path.relative(base, path.join(entry.parentPath, entry.name))))
    .sort()
}

/** Undefined when it is no regular file: a link would lead elsewhere. */
function hashFile(file: string): string | undefined {
  let descriptor: number | undefined
  try {
    if (!lstatSync(file).isFile()) return undefined
    descriptor = openSync(file, "r")
    const hash = createHash("sha256")
    const buffer = Buffer.allocUnsafe(1024 * 1024)
    for (let count = readSync(descriptor, buffer); count > 0; count = readSync(descriptor, buffer))
      hash.update(buffer.subarray(0, count))
    return hash.digest("hex")
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
