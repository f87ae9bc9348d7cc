import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { type Entry, inOrder } from "../formats/entry.ts"
import { gzip } from "../formats/gzip.ts"
import { type Descriptor, Layout, TYPES } from "../formats/oci.ts"
import { writeTar } from "../formats/tar.ts"
import { carriedFiles } from "../kit/carried-files.ts"
import { kitName } from "../kit/contents.ts"
import { termsIn } from "../materials/terms.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { nameCommit } from "../record/repository.ts"
import { findTarget } from "../upstream/target.ts"
import { architectureOf, PACKAGE, SUMMARY, versionOf } from "./identity.ts"
import { type Base, NO_BASE, readBase } from "./image-base.ts"
import type { Maker, Source } from "./maker.ts"

/** An OCI image layout in a tar: the executable, on a base that is given; with what is known of it attached. */
export const image: Maker = {
  name: "image",
  about: "clusters: an OCI image of the executable alone, with bills of materials and provenance attached",
  fits: ({ target }) => findTarget(target).os === "linux",
  file: (record) => `${kitName(record)}.oci.tar`,
  async make(source) {
    const { record, seconds, imageBase } = source
    const layout = new Layout()
    const platform = { os: "linux", architecture: architectureOf(record).oci }
    const base = imageBase === undefined ? NO_BASE : await readBase(imageBase, { platform, layout, seconds })
    const made = await addImage(layout, base, source)
    const attached = await attachAll(layout, made, source)
    // One thing alone at the top: what loads a layout would ask which of several it is to take.
    const index = layout.addJson(TYPES.index, {
      schemaVersion: 2,
      mediaType: TYPES.index,
      manifests: [{ ...made, platform }, ...attached],
    })
    return [...writeTar(inOrder(layout.entries(index, nameOf(record))), seconds)]
  },
}

/** What it is called in the layout; a tag has no `+`. */
function nameOf(record: BuildRecord): string {
  const { version, release } = versionOf(record)
  return `${PACKAGE}:${`${version}-${release}`.replace(/[^\w.-]/g, "-")}`
}

async function addImage(layout: Layout, base: Base, source: Source): Promise<Descriptor> {
  const { record, seconds } = source
  const { bytes, before } = await gzip(writeTar(inOrder(await layerOf(source)), seconds))
  const own = { layer: layout.add(TYPES.layer, bytes), diff: `sha256:${before.sha256}` }
  const labels = await labelsOf(source, base)
  const created = dateOf(seconds)
  const config = layout.addJson(TYPES.config, {
    created,
    os: "linux",
    architecture: architectureOf(record).oci,
    config: {
      User: `${USER}:${USER}`,
      Env: Object.entries({ ...base.environment, ...ENVIRONMENT }).map(([name, value]) => `${name}=${value}`),
      Entrypoint: ["/usr/bin/opencode"],
      WorkingDir: `/${WORK}`,
      Labels: labels,
    },
    rootfs: { type: "layers", diff_ids: [...base.diffs, own.diff] },
    history: [...base.history, { created, created_by: PACKAGE }],
  })
  return layout.addJson(TYPES.manifest, {
    schemaVersion: 2,
    mediaType: TYPES.manifest,
    config,
    layers: [...base.layers, own.layer],
    annotations: labels,
  })
}

/** Nobody else's number on usual systems; that of images which call their user "nonroot". */
const USER = 65_532
const HOME = "home/opencode"
const WORK = "work"

/** Where an organisation mounts the certificates of its own authority. */
const AUTHORITY = "/etc/opencode-ca/ca.pem"

const ENVIRONMENT = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: `/${HOME}`, NODE_EXTRA_CA_CERTS: AUTHORITY }

async function layerOf({ record, release }: Source): Promise<Entry[]> {
  const executable = await readFile(join(release, record.executable.file))
  const terms = ["licenses.txt", "NOTICE"].map(async (name) =>
    file(`usr/share/licenses/${PACKAGE}/${name}`, await readFile(join(release, name))),
  )
  return [
    file("usr/bin/opencode", executable, 0o755),
    // Where offline/installed-file.ts looks.
    ...carriedFiles(executable, record).map(({ name, data }) =>
      file(`usr/lib/opencode-kit/native/${name}`, data, 0o755),
    ),
    ...(await Promise.all(terms)),
    file("etc/passwd", `root:x:0:0:root:/:/\nopencode:x:${USER}:${USER}::/${HOME}:/\n`),
    file("etc/group", `root:x:0:\nopencode:x:${USER}:\n`),
    // Empty, and so without effect until an organisation mounts its own over it.
    file(AUTHORITY.slice(1), ""),
    { path: HOME, mode: 0o700, owner: USER, isFolder: true },
    { path: WORK, mode: 0o755, owner: USER, isFolder: true },
    { path: "tmp", mode: 0o1777, isFolder: true },
  ]
}

function file(path: string, data: Uint8Array | string, mode = 0o644): Entry {
  return { path, mode, data: typeof data === "string" ? Buffer.from(data) : data }
}

async function labelsOf({ record, release, seconds }: Source, base: Base): Promise<Record<string, string>> {
  const { version, release: how } = versionOf(record)
  const { repository } = record
  return {
    "org.opencontainers.image.title": PACKAGE,
    "org.opencontainers.image.description": SUMMARY,
    "org.opencontainers.image.version": `${version}-${how}`,
    "org.opencontainers.image.created": dateOf(seconds),
    "org.opencontainers.image.licenses": termsIn(await readFile(join(release, "materials.json"))),
    ...(repository && { "org.opencontainers.image.revision": nameCommit(repository) }),
    ...(base.digest && { "org.opencontainers.image.base.digest": base.digest }),
    "opencode-offline.base": base.digest ? "given" : "none: it has no C library, and does not run by itself",
    "opencode-offline.executable.sha256": record.executable.sha256,
  }
}

/** What registries list as referring to the image, by the file of a release. */
const ATTACHED = {
  "sbom.cdx.json": "application/vnd.cyclonedx+json",
  "sbom.spdx.json": "application/spdx+json",
  "provenance.json": "application/vnd.in-toto+json",
}

async function attachAll(layout: Layout, made: Descriptor, { release }: Source): Promise<Descriptor[]> {
  const attached: Descriptor[] = []
  for (const [title, artifactType] of Object.entries(ATTACHED)) {
    const text = await readFile(join(release, title))
    const data = title === "provenance.json" ? aboutImage(text, made) : text
    attached.push(layout.attach(made, { artifactType, data, title }))
  }
  return attached
}

/** The statement about the executable, as one about the image that holds it, too. */
function aboutImage(statement: Buffer, { digest }: Descriptor): Buffer {
  const { subject, ...rest } = JSON.parse(statement.toString())
  const ofImage = { name: PACKAGE, digest: { sha256: digest.replace(/^sha256:/, "") } }
  return Buffer.from(JSON.stringify({ ...rest, subject: [ofImage, ...subject] }))
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z")
}
