import { posix } from "node:path"
import type { Entry } from "../formats/entry.ts"
import type { KitFile } from "../kit/kit-file.ts"
import { Failure } from "../lib/errors.ts"
import { PACKAGE } from "./identity.ts"

/** What of a kit's archive is installed, and where packages put it. */
const INSTALLED = "files/"
const PREFIX = "usr"

/** Where a kit lies, below the prefix. */
export const KIT = "usr/lib/opencode-kit"

export const DOCUMENTATION = `usr/share/doc/${PACKAGE}`

/** The managed file, which an administrator changes. As it comes it says nothing. */
export const MANAGED: Entry = { path: "etc/opencode/opencode.json", mode: 0o644, data: Buffer.from("{}\n") }

/** What fapolicyd reads: path, size and sha256 of each file. */
const TRUST = `usr/share/${PACKAGE}/fapolicyd.trust`

/** What of a kit a person looks for among the documentation. */
const DOCUMENTS = [
  "NOTICE",
  "licenses.txt",
  "sbom.cdx.json",
  "sbom.spdx.json",
  "provenance.json",
  "openvex.json",
  "docs",
]

/** Where systems look for what a kit may have under these names, if it has not put it there itself. */
const PLACES: Record<string, string> = {
  "opencode.1": "usr/share/man/man1/opencode.1",
  "opencode.bash": "usr/share/bash-completion/completions/opencode",
  _opencode: "usr/share/zsh/site-functions/_opencode",
  "opencode.fish": "usr/share/fish/vendor_completions.d/opencode.fish",
}

/**
 * What a package has, at fixed places: all that a kit installs, below /usr; the managed file; links to what is looked for
 * elsewhere; and the list for fapolicyd.
 * @throws Failure when something of the kit has no place there
 */
export function packageTree(kit: KitFile[]): Entry[] {
  const files = kit.filter(({ path }) => path.startsWith(INSTALLED)).map(placed)
  const links = [...linksToDocuments(files), ...linksToPlaces(files)]
  return [...files, ...links, MANAGED, { path: TRUST, mode: 0o644, data: Buffer.from(trustOf(files)) }]
}

/** @throws Error when a kit has not what every kit has */
export function entryAt(path: string, entries: Entry[]): Entry {
  const found = entries.find((entry) => entry.path === path)
  if (found) return found
  throw new Error(`the kit has no ${path}`)
}

interface Placed {
  path: string
  mode: number
  data: Uint8Array
  sha256: string
}

function placed({ path, executable, data, sha256 }: KitFile): Placed {
  const below = path.slice(INSTALLED.length)
  if (/^(bin|lib|share)\//.test(below))
    return { path: `${PREFIX}/${below}`, mode: executable ? 0o755 : 0o644, data, sha256 }
  throw new Failure({
    what: `${path} of the kit has no place in a package`,
    why: "below the prefix there are bin, lib and share only",
    next: "this is a defect of the kit: report it with this message",
  })
}

function linksToDocuments(files: Placed[]): Entry[] {
  return DOCUMENTS.filter((name) =>
    files.some(({ path }) => path === `${KIT}/${name}` || path.startsWith(`${KIT}/${name}/`)),
  ).map((name) => linkTo(`${DOCUMENTATION}/${name}`, `${KIT}/${name}`))
}

function linksToPlaces(files: Placed[]): Entry[] {
  const own = files.filter(({ path }) => path.startsWith(`${KIT}/`) && !path.includes("/node_modules/"))
  return own.flatMap(({ path }) => {
    const place = PLACES[posix.basename(path)]
    return place === undefined || files.some((file) => file.path === place) ? [] : [linkTo(place, path)]
  })
}

function linkTo(path: string, target: string): Entry {
  return { path, mode: 0o777, link: posix.relative(posix.dirname(`/${path}`), `/${target}`) }
}

/** @throws Failure for a path with a space, by which the list's fields are told apart */
function trustOf(files: Placed[]): string {
  const spaced = files.find(({ path }) => /\s/.test(path))
  if (spaced)
    throw new Failure({
      what: `${spaced.path} cannot be in fapolicyd's list`,
      why: "its fields are told apart by spaces",
      next: "pin another version of its package in kit/package.json, as docs/kit.md says",
    })
  return files
    .map(({ path, data, sha256 }) => `/${path} ${data.length} ${sha256}\n`)
    .sort()
    .join("")
}
