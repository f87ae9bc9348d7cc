import type { KitFile } from "../kit/kit-file.ts"
import type { BuildRecord } from "../record/build-record.ts"

/** What a maker makes its file from. */
export interface Source {
  record: BuildRecord
  /** The release's folder, with all that is printed in it. */
  release: string
  /** The files of the kit's archive; undefined where there is none. */
  kit: KitFile[] | undefined
  /** The time that everything bears: that of the materials, in seconds. */
  seconds: number
  /** What an image is put on: a layout of OCI's, or a folder that is a root; absolute. */
  imageBase: string | undefined
}

/** Makes one file of a release in a system's own format: a package, an image. */
export interface Maker {
  name: string
  /** For whom it is, in a few words. */
  about: string
  /** Whether a release has one. @param kit whether it has a kit */
  fits(record: BuildRecord, kit: boolean): boolean
  /** What its file is called. */
  file(record: BuildRecord): string
  /**
   * Makes it, the same bytes from the same source.
   * @returns the file in parts
   * @throws Failure when it cannot be made
   */
  make(source: Source): Promise<Uint8Array[]>
}
