import { createHash } from "node:crypto"
import type { Entry } from "./entry.ts"

/** What an image layout calls a file that is known by its hash. */
export interface Descriptor {
  mediaType: string
  digest: string
  size: number
  artifactType?: string
  platform?: { os: string; architecture: string }
  annotations?: Record<string, string>
}

export const TYPES = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  empty: "application/vnd.oci.empty.v1+json",
}

/** The name of an image, in the layout's own list. */
export const REF_NAME = "org.opencontainers.image.ref.name"

/** An OCI image layout that is being made: files by hash, and a list of what it holds. */
export class Layout {
  readonly #blobs = new Map<string, Uint8Array>()

  /** Puts a file in. @returns what it is called by */
  add(mediaType: string, data: Uint8Array): Descriptor {
    const hex = sha256(data)
    this.#blobs.set(hex, data)
    return { mediaType, digest: `sha256:${hex}`, size: data.length }
  }

  addJson(mediaType: string, value: unknown): Descriptor {
    return this.add(mediaType, Buffer.from(JSON.stringify(value)))
  }

  /**
   * Attaches a file to an image, as registries list what refers to one: a manifest of its own, with a `subject`.
   * @returns the manifest's
   */
  attach(
    subject: Descriptor,
    { artifactType, data, title }: { artifactType: string; data: Uint8Array; title: string },
  ): Descriptor {
    const { mediaType, digest, size } = subject
    const layer = {
      ...this.add(artifactType, data),
      annotations: { "org.opencontainers.image.title": title },
    }
    const manifest = this.addJson(TYPES.manifest, {
      schemaVersion: 2,
      mediaType: TYPES.manifest,
      artifactType,
      config: this.addJson(TYPES.empty, {}),
      layers: [layer],
      subject: { mediaType, digest, size },
    })
    // What looks for an image for its own platform must not find this.
    return { ...manifest, artifactType, platform: { os: "unknown", architecture: "unknown" } }
  }

  /** The layout's files. @param top the one thing that it holds @param name what that is called */
  entries(top: Descriptor, name: string): Entry[] {
    const index = {
      schemaVersion: 2,
      mediaType: TYPES.index,
      manifests: [{ ...top, annotations: { ...top.annotations, [REF_NAME]: name } }],
    }
    const texts = { "oci-layout": { imageLayoutVersion: "1.0.0" }, "index.json": index }
    return [
      ...Object.entries(texts).map(([path, value]) => file(path, Buffer.from(JSON.stringify(value)))),
      ...[...this.#blobs].map(([hex, data]) => file(`blobs/sha256/${hex}`, data)),
    ]
  }
}

function file(path: string, data: Uint8Array): Entry {
  return { path, mode: 0o644, data }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
