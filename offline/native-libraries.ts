import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import path from "node:path"
import { putExecutable } from "./assets/put.ts"
import { place } from "./assets.ts"
import { nativeLibrary } from "./installed-file.ts"
import { moduleNames } from "./modules.ts"

/** What loads native code: `dlopen` of `bun:ffi`, and what `require` calls for a `.node` file. */
interface Loader {
  dlopen(...words: unknown[]): unknown
}

let isDone = false

/**
 * Has the native libraries that are inside the executable load from where an administrator has installed them, and also
 * where the temporary folder is mounted noexec. The runtime writes them there, and there alone; when that fails, they are put
 * where a program that is inside is put, and loaded from there. Other libraries are left to the runtime.
 */
export function loadLibrariesElsewhere(
  ffi: Loader = (Bun as unknown as { FFI: Loader }).FFI,
  node: Loader = process as unknown as Loader,
): void {
  if (isDone) return
  isDone = true
  intercept(ffi, 0)
  intercept(node, 1)
}

/** @param at where among its words a loader is given the file */
export function intercept(loader: Loader, at: number, root = moduleNames().root): void {
  const load = loader.dlopen
  loader.dlopen = function (this: unknown, ...words) {
    const file = words[at]
    if (typeof file !== "string" || !file.startsWith(`${root}/`)) return load.apply(this, words)
    const given = attempt(() => load.apply(this, words.with(at, nativeLibrary(file))))
    // That of bun:ffi returns its errors.
    if (!(given instanceof Error)) return given
    return load.apply(this, words.with(at, copyOf(file, given.message)))
  }
}

function attempt(body: () => unknown): unknown {
  try {
    return body()
  } catch (error) {
    return error
  }
}

/**
 * @param failed what the runtime said when it loaded the file itself
 * @throws Error that says that, and why there is no place for a copy
 */
function copyOf(file: string, failed: string): string {
  const contents = readFileSync(file)
  const expected = { sha256: createHash("sha256").update(contents).digest("hex"), bytes: contents.length }
  try {
    return place(path.basename(file), expected, (copy) => putExecutable(copy, expected, () => contents))
  } catch (error) {
    throw new Error(`${(error as Error).message} The runtime's own attempt: ${failed}`)
  }
}
