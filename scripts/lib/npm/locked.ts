import semver from "semver"
import { z } from "zod"

/** Exact, as a registry has it: without `v`, blanks or build metadata. */
export const version = z
  .string()
  .refine((text) => semver.valid(text) === text, "must be an exact version such as 1.0.0")

export const packageName = z.string().regex(/^(@[\w.-]+\/)?[\w.-]+$/, "must be the name of an npm package")

export const integrity = z
  .string()
  .regex(/^sha512-[A-Za-z0-9+/]{86}==$/, "must be sha512- and 88 base64 characters")

const place = z
  .string()
  .regex(
    /^node_modules\/(@[\w.-]+\/)?[\w-][\w.-]*(\/node_modules\/(@[\w.-]+\/)?[\w-][\w.-]*)*$/,
    "must be a folder such as node_modules/zod",
  )

/**
 * A package and all that it needs, by hash. `packages` is what `packages` of a package-lock.json is: by the folder in
 * which each is unpacked. `provides` names those that can be imported; the first is the package itself.
 */
export const lockedTree = z
  .strictObject({
    provides: z.array(packageName).min(1),
    packages: z.record(
      place,
      z.strictObject({
        /** When the folder's name is not the package's. */
        name: packageName.optional(),
        version,
        integrity,
        license: z.string().min(1),
      }),
    ),
  })
  .superRefine(({ provides, packages }, context) => {
    for (const name of provides.filter((name) => !packages[`node_modules/${name}`]))
      context.addIssue({
        code: "custom",
        path: ["packages"],
        message: `must have node_modules/${name}, which it provides`,
      })
  })

export type LockedTree = z.infer<typeof lockedTree>

export interface LockedPackage {
  /** The folder in which it is unpacked. */
  folder: string
  name: string
  version: string
  integrity: string
  license: string
}

/** The packages of a tree, by folder. */
export function packagesOf({ packages }: LockedTree): LockedPackage[] {
  return Object.entries(packages)
    .map(([folder, { name, ...rest }]) => ({ folder, name: name ?? folderName(folder), ...rest }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1))
}

/** The package that a tree is there for. */
export function rootOf(tree: LockedTree): LockedPackage {
  const folder = `node_modules/${tree.provides[0]}`
  return packagesOf(tree).find((locked) => locked.folder === folder)!
}

function folderName(folder: string): string {
  return folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length)
}
