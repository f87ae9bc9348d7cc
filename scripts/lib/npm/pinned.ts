import { z } from "zod"
import { integrity, packageName, version } from "./locked.ts"

/** A file of a package, by hash. */
export const pinnedFile = z.strictObject({
  path: z.string().regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/, "must be a relative path such as bin/opencode"),
  bytes: z.int().positive(),
  sha512: z.string().regex(/^[0-9a-f]{128}$/, "must be a sha512 as 128 lower-case hex digits"),
})

/** A package by the hash of its tarball. */
export const namedPackage = z.strictObject({ name: packageName, version, integrity })

/** One npm package and the one file that is used from it, both by hash. */
export const pinnedPackage = namedPackage.extend({ executable: pinnedFile })

export type NamedPackage = z.infer<typeof namedPackage>
export type PinnedPackage = z.infer<typeof pinnedPackage>
