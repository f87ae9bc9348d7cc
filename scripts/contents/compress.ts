/**
 * Measured on all of the kept pin's, two cores: 12 gives 4.9 MB in 0.5 s, 19 gives 4.4 MB in 7.6 s, 22 the same in 22 s. Brotli
 * gains another 7 % in twice that time, and is read at a third of the speed.
 */
const LEVEL = 19

/** A file of its own, so that what was compressed is made again only when this, the packages or Bun change. */
export const COMPRESS = import.meta.filename

/** Compresses what is to be carried inside, beside this thread. */
export function compress(contents: Uint8Array): Promise<Uint8Array> {
  return Bun.zstdCompress(contents, { level: LEVEL })
}
