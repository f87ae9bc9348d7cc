import { isUtf8 } from "node:buffer"
import type { EmbeddedModule } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"

/**
 * What Bun calls Latin-1. Upstream's modules of that encoding are bytes of UTF-8 all the same, nearly all of them ASCII; read
 * as Latin-1 and written as Latin-1, each byte stays what it is.
 */
const LATIN1 = 1

/** The first line of a module that Bun made for itself; what is injected goes behind it. */
export const PRAGMA = "// @bun\n"

/** The name by which patched code of a release knows the `Offline` object. */
export const OFFLINE = "__offline"

/** What a patched module imports, ahead of everything else. */
export function importStatement(offlineModule: string): string {
  return `import { Offline as ${OFFLINE} } from ${JSON.stringify(offlineModule)};`
}

/** @throws Failure when the module is not text of that encoding */
export function decodeModule(module: EmbeddedModule): string {
  if (module.encoding !== LATIN1)
    throw unknownCode(`${module.name} has the encoding ${module.encoding}, not ${LATIN1} (Latin-1)`)
  const { buffer, byteOffset, byteLength } = module.contents
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1")
}

/**
 * The bytes of a module's text, which is given in pieces because it is large.
 * @throws Failure when a patch put a character into it that is not ASCII: such a one is written in JavaScript's escapes
 */
export function encodeModule(name: string, texts: string[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + text.length, 0))
  let at = 0
  for (const text of texts) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of Latin-1
    const other = text.match(/[^\x00-\xff]/)
    if (other)
      throw unknownCode(
        `a patch put a character into ${name} that Latin-1 has not: ${JSON.stringify(other[0])}`,
      )
    at += bytes.write(text, at, "latin1")
  }
  if (!isUtf8(bytes)) throw unknownCode(`a patch put a character into ${name} that is not ASCII`)
  return bytes
}

/** The error for an executable whose code is another than the shape that it was taken for. */
export function unknownCode(why: string): Failure {
  return new Failure({
    what: "The executable's code is not laid out as patches expect it",
    why,
    next: "build without patches (npm run build -- --core-only), or from source (--source git)",
  })
}
