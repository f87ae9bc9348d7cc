import { createHash } from "node:crypto"
import { createReadStream, createWriteStream } from "node:fs"
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { fileURLToPath } from "node:url"
import { createBrotliDecompress } from "node:zlib"
import { extract } from "tar"
import { defaultCache } from "../lib/npm/cache.ts"

/** Where the package has them. Asked for when one is opened: who opens none need not have it. */
function archives(): string {
  return fileURLToPath(new URL("../../bin/", import.meta.resolve("@sparticuz/chromium")))
}

/** The libraries of the package are for Amazon Linux; every glibc since 2.34 can load them. */
const parts = ["al2023.tar.br", "fonts.tar.br"]

/** Where an unpacked Chromium is, and what it needs in its environment on a machine that has nothing installed. */
export interface BrowserFiles {
  executable: string
  env: Record<string, string>
}

/**
 * Unpacks the Chromium of the npm package @sparticuz/chromium, its libraries and a font, once for a version: into the
 * build's cache, under the hash of the packed files. Does not use the network. The package's own unpacking writes to
 * fixed names in the shared temporary folder, and leaves the libraries out anywhere but on Amazon's machines.
 */
export async function unpackBrowser(cache = defaultCache()): Promise<BrowserFiles> {
  const folder = join(cache, "browser", await hashArchives())
  if (!(await stat(folder).catch(() => undefined))) await unpack(folder)
  return {
    executable: join(folder, "chromium"),
    env: { LD_LIBRARY_PATH: join(folder, "lib"), FONTCONFIG_FILE: join(folder, "fontconfig.xml") },
  }
}

async function hashArchives(): Promise<string> {
  const hash = createHash("sha256")
  for (const name of [...parts, "chromium.br"]) hash.update(await readFile(join(archives(), name)))
  return hash.digest("hex").slice(0, 32)
}

async function unpack(folder: string): Promise<void> {
  const partial = `${folder}.${crypto.randomUUID()}`
  await mkdir(partial, { recursive: true })
  try {
    const executable = join(partial, "chromium")
    await Promise.all([
      ...parts.map((name) => pipeline(unbrotli(name), extract({ cwd: partial }))),
      pipeline(unbrotli("chromium.br"), createWriteStream(executable)),
    ])
    await chmod(executable, 0o755)
    await writeFile(join(partial, "fontconfig.xml"), fontconfig(join(folder, "fonts")))
    await rename(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    // Another test may have been quicker.
    if (!(await stat(folder).catch(() => undefined))) throw error
  }
}

const unbrotli = (name: string) => createReadStream(join(archives(), name)).compose(createBrotliDecompress())

function fontconfig(fonts: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`
}
