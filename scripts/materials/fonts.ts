import { brotliDecompressSync } from "node:zlib"
import { packHeaderLength, packMagic, readIndex } from "../../offline/web-ui/pack.ts"
import type { EmbeddedModule } from "../container/index.ts"
import { readFontNames } from "./font-names.ts"
import { type Found, genericUrl } from "./material.ts"

/** Collections and EOT as well: their names are not read, so such a font stops the build and is not overlooked. */
const FONT = /\.(tt[fc]|ot[fc]|woff2?|eot)$/i

/** Where the Open Font License is said to stand, in the words of the fonts themselves. */
const OPEN_FONT_LICENSE = /scripts\.sil\.org\/OFL|openfontlicense\.org|SIL Open Font License,? Version 1\.1/i

/**
 * The fonts in an executable's pages, each as its own table of names says: by family and version.
 * A font that says no known terms gets an empty licence, which stops the build.
 * @param within the package URL of what they are a part of
 */
export function ofFonts(modules: EmbeddedModule[], within: string): Found[] {
  return [...fontFiles(modules)].map(({ name, where, contents }) => {
    const names = readFontNames(contents)
    const family = names?.family ?? name
    const version = names?.version?.replace(/^Version /, "").split(";")[0]
    return {
      purl: genericUrl(family, version),
      kind: "font" as const,
      name: family,
      ...(version && { version }),
      license: names && OPEN_FONT_LICENSE.test(names.terms) ? "OFL-1.1" : "",
      ...(names?.copyright && { copyright: names.copyright }),
      texts: [],
      within,
      where: [where],
      complete: true,
    }
  })
}

function* fontFiles(
  modules: EmbeddedModule[],
): Generator<{ name: string; where: string; contents: Uint8Array }> {
  for (const { name, contents } of modules) {
    if (FONT.test(name)) yield { name, where: name, contents }
    else if (Buffer.from(contents.subarray(0, packMagic.length)).toString("latin1") === packMagic)
      yield* packedFonts(name, contents)
  }
}

function* packedFonts(where: string, pack: Uint8Array) {
  const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength)
  const start = packHeaderLength + bytes.readUInt32LE(packMagic.length)
  for (const [name, { encoding, offset, length }] of Object.entries(readIndex(pack).files)) {
    if (!FONT.test(name)) continue
    const stored = bytes.subarray(start + offset, start + offset + length)
    yield { name, where, contents: encoding === "br" ? brotliDecompressSync(stored) : stored }
  }
}
