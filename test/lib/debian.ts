import { existsSync } from "node:fs"
import { mkdir, readdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { defaultCache, withTemporaryFolder } from "../../scripts/lib/npm/cache.ts"
import { run } from "../../scripts/lib/process.ts"

/** What is not on this machine, and why. */
export interface Missing {
  missing: string
}

/** Debian's rpm, with those of its libraries that not every machine has. */
export const RPM_PACKAGES = [
  ...["rpm", "rpm-common", "librpm9", "librpmio9", "librpmbuild9", "librpmsign9"],
  ...["libfsverity0", "liblua5.3-0", "libpopt0"],
]

/**
 * Packages of Debian's, unpacked into one folder of the cache: nothing is installed, so nothing of this machine changes.
 * What is there already is used, in whatever version.
 * @returns the folder, or why there is none: apt is not here, or cannot reach its mirror
 */
export async function debianPackages(...names: string[]): Promise<string | Missing> {
  const cache = defaultCache()
  const folder = join(cache, "debian", names.join("+"))
  if (existsSync(folder)) return folder
  for (const program of ["apt-get", "dpkg-deb"])
    if (!Bun.which(program))
      return { missing: `there is no ${program}, which would fetch ${names.join(", ")}` }
  return withTemporaryFolder(cache, async (temporary) => {
    const options = { cwd: temporary, env: { PATH: process.env.PATH }, all: true }
    const fetched = await run("apt-get", ["download", ...names], options)
    if (fetched.exitCode !== 0) return { missing: `apt-get download ${names.join(" ")}: ${fetched.all}` }
    const made = join(temporary, "files")
    for (const file of (await readdir(temporary)).filter((name) => name.endsWith(".deb"))) {
      const unpacked = await run("dpkg-deb", ["--extract", file, made], options)
      if (unpacked.exitCode !== 0) throw new Error(`${file} cannot be unpacked: ${unpacked.all}`)
    }
    await mkdir(join(cache, "debian"), { recursive: true })
    // Another run may have been faster.
    await rename(made, folder).catch(() => rm(made, { recursive: true }))
    return folder
  })
}
