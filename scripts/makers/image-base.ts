import { createHash } from "node:crypto"
import { existsSync, type Stats } from "node:fs"
import { lstat, readdir, readFile, readlink } from "node:fs/promises"
import { join, relative } from "node:path"
import { type Entry, inOrder } from "../formats/entry.ts"
import { gzip } from "../formats/gzip.ts"
import { type Descriptor, type Layout, TYPES } from "../formats/oci.ts"
import { readTar } from "../formats/read-tar.ts"
import { writeTar } from "../formats/tar.ts"
import { Failure } from "../lib/errors.ts"

/** What an image is put on. */
export interface Base {
  layers: Descriptor[]
  /** The hashes of the layers as they are unpacked. */
  diffs: string[]
  history: unknown[]
  environment: Record<string, string>
  /** Of its manifest, or of the layer that was made of a folder; undefined for none. */
  digest: string | undefined
}

export const NO_BASE: Base = { layers: [], diffs: [], history: [], environment: {}, digest: undefined }

interface Wanted {
  platform: { os: string; architecture: string }
  /** What its layers are put into. */
  layout: Layout
  /** The time that a layer bears which is made of a folder. */
  seconds: number
}

/**
 * Reads a base, and puts its layers into the layout.
 * @param path an OCI image layout, as a folder or a tar; or a folder that is the root of a system
 * @throws Failure when it is none, or for another platform, or one of its files is not what its hash says
 */
export async function readBase(path: string, wanted: Wanted): Promise<Base> {
  const status = await requireBase(path)
  if (status.isFile()) {
    const files = await readTar(path).catch((error: Error) => {
      throw noBase(path, `it is no tar: ${error.message}`)
    })
    return readLayout(path, async (name) => files.get(name), wanted)
  }
  if (existsSync(join(path, "oci-layout")))
    return readLayout(path, (name) => readFile(join(path, name)).catch(() => undefined), wanted)
  return readRoot(path, wanted)
}

/** @throws Failure when nothing is there that could be a base: said ahead of all that takes time */
export async function requireBase(path: string): Promise<Stats> {
  return lstat(path).catch((error: Error) => {
    throw noBase(path, error.message)
  })
}

type Read = (name: string) => Promise<Uint8Array | undefined>

/** A manifest, an index or a configuration, as far as it is read. */
interface Document {
  manifests?: Descriptor[]
  config?: Descriptor & { Env?: string[] }
  layers?: Descriptor[]
  architecture?: string
  os?: string
  rootfs?: { diff_ids: string[] }
  history?: unknown[]
}

async function readLayout(path: string, read: Read, { platform, layout }: Wanted): Promise<Base> {
  const blob = async ({ digest }: Pick<Descriptor, "digest">): Promise<Uint8Array> => {
    const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? []
    const data = hex && (await read(`blobs/sha256/${hex}`))
    if (data && createHash("sha256").update(data).digest("hex") === hex) return data
    throw noBase(path, `it does not have ${digest}, or that is another file`)
  }
  const json = async (descriptor: Descriptor) => parse(path, await blob(descriptor))
  const index = parse(path, (await read("index.json")) ?? new Uint8Array())
  const manifest = await findManifest(path, index, platform, json)
  const document = await json(manifest)
  const config = await json(document.config!)
  const { architecture, os, rootfs, history = [] } = config
  if (architecture !== platform.architecture || os !== platform.os)
    throw noBase(path, `it is for ${os}/${architecture}, not for ${platform.os}/${platform.architecture}`)
  for (const { mediaType, ...layer } of document.layers!) layout.add(mediaType, await blob(layer))
  const environment = (config.config?.Env ?? []).map((line): [string, string] => {
    const at = line.indexOf("=")
    return [line.slice(0, at), line.slice(at + 1)]
  })
  return {
    layers: document.layers!,
    diffs: rootfs!.diff_ids,
    history,
    environment: Object.fromEntries(environment),
    digest: manifest.digest,
  }
}

/** The only image of an index, or the one for the platform; also of an index in it. */
async function findManifest(
  path: string,
  { manifests = [] }: Document,
  platform: Wanted["platform"],
  json: (descriptor: Descriptor) => Promise<Document>,
): Promise<Descriptor> {
  const isFor = (one: Descriptor) =>
    one.platform?.os === platform.os && one.platform.architecture === platform.architecture
  const found = manifests.length === 1 ? manifests : manifests.filter(isFor)
  const [only, ...more] = found
  if (!only || more.length > 0)
    throw noBase(path, `it holds ${found.length} images for ${platform.os}/${platform.architecture}, not one`)
  return only.mediaType === TYPES.index ? findManifest(path, await json(only), platform, json) : only
}

async function readRoot(path: string, { layout, seconds }: Wanted): Promise<Base> {
  const entries = await entriesOf(path)
  if (entries.length === 0) throw noBase(path, "it is empty")
  const { bytes, before } = await gzip(writeTar(inOrder(entries), seconds))
  const layer = layout.add(TYPES.layer, bytes)
  const digest = `sha256:${before.sha256}`
  const history = [{ created: new Date(seconds * 1000).toISOString(), created_by: "a folder" }]
  return { layers: [layer], diffs: [digest], history, environment: {}, digest }
}

/** All below a root; a link is not followed. */
async function entriesOf(root: string, folder = root): Promise<Entry[]> {
  const names = (await readdir(folder)).sort()
  const entries = names.map(async (name): Promise<Entry[]> => {
    const file = join(folder, name)
    const status = await lstat(file)
    const place = { path: relative(root, file), mode: status.mode & 0o7777 }
    if (status.isDirectory()) return [{ ...place, isFolder: true }, ...(await entriesOf(root, file))]
    if (status.isSymbolicLink()) return [{ ...place, link: await readlink(file) }]
    if (status.isFile()) return [{ ...place, data: await readFile(file) }]
    throw noBase(root, `${file} is no file, folder or link`)
  })
  return (await Promise.all(entries)).flat()
}

function parse(path: string, bytes: Uint8Array): Document {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch (error) {
    throw noBase(path, `a file of it is not JSON: ${(error as Error).message}`)
  }
}

function noBase(path: string, why: string): Failure {
  return new Failure({
    what: `An image cannot be put on ${path}`,
    why,
    next: "give --image-base an OCI image layout of one image, or a root folder; or leave it out: docs/container.md",
  })
}
