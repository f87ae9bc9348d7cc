import { readFile } from "node:fs/promises"
import { z } from "zod"
import { type BakedPolicy, completePolicy } from "../../offline/baked.ts"
import { Failure } from "../lib/errors.ts"

const bytes = z.int().nonnegative()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be a sha256 as 64 lower-case hex digits")
const gitHash = z.string().regex(/^[0-9a-f]{40}$/, "must be a hash of git's as 40 lower-case hex digits")
const npmPackage = z.strictObject({ package: z.string(), version: z.string(), integrity: z.string() })
const module = z.strictObject({ name: z.string(), bytes, sha256 })

const signature = z.enum(["none", "ad hoc", "certificate"])

const fields = z.strictObject({
  format: z.literal(3),
  /** Upstream's version. */
  opencode: z.string(),
  /** The name of upstream's npm packages, without the target. */
  product: z.string(),
  target: z.string(),
  source: z.enum(["release", "git"]),
  /** Of the git source: where the commit came from, without login, and git's hashes before and behind the series. */
  git: z
    .strictObject({
      url: z.string(),
      commit: gitHash,
      tree: gitHash,
      patched: z.strictObject({ commit: gitHash, tree: gitHash }),
    })
    .optional(),
  /** `file` is the name of the executable beside the record. */
  executable: z.strictObject({ file: z.string().regex(/^[\w.-]+$/), bytes, sha256 }),
  /**
   * Upstream's executable that this one was made from. On the git source: of the same version, which the modules are
   * compared with, and from which the model catalogue is.
   */
  stock: npmPackage.extend({ bytes, sha256 }),
  /**
   * The Bun that upstream's runtime was compared with, by putting upstream's modules into it again; where the result is
   * not upstream's file, the offset of the first difference; where it is but for a signature, that. `bytes` is what of the file does not depend on modules.
   */
  runtime: npmPackage.extend({
    bytes,
    equal: z.boolean(),
    firstDifference: bytes.optional(),
    apartFromSignature: z.literal(true).optional(),
  }),
  /**
   * Where executables are signed (macOS, Windows): who signed upstream's, which a changed file cannot keep, and this one:
   * nobody, or "ad hoc", hashes that name nobody.
   */
  signature: z.strictObject({ stock: signature, built: signature }).optional(),
  /** What the executable is made of: `scripts/record/sizes.ts`. */
  sizes: z.strictObject({
    runtime: bytes,
    upstream: bytes,
    offline: bytes,
    webUi: bytes,
    models: bytes,
    ripgrep: bytes,
    grammars: bytes,
    plugins: bytes,
    rest: bytes,
  }),
  /** The arguments stored in the executables. */
  argv: z.strictObject({ stock: z.string(), built: z.string() }),
  modules: z.strictObject({
    added: z.array(module),
    changed: z.array(module.extend({ stockSha256: sha256 })),
    unchanged: z.array(module),
  }),
  /** In the order of the series. `counts` says how many places were changed, by bundle. */
  patches: z.array(
    z.strictObject({
      name: z.string(),
      subject: z.string(),
      kind: z.enum(["upstreamable", "build", "offline-only"]),
      counts: z.record(z.string(), bytes),
      commit: gitHash.optional(),
    }),
  ),
  /** Patches of the series that are not in it. */
  leftOut: z.array(z.strictObject({ name: z.string(), why: z.string() })),
  /** The commit of this project, and whether nothing was changed or added since; missing where it is no checkout. */
  repository: z.strictObject({ commit: gitHash, clean: z.boolean() }).optional(),
  /** Every file that it was made by or from: of this project, and of the organisation. */
  inputs: z.array(z.strictObject({ name: z.string(), bytes, sha256 })),
  /** Every package of npm that something inside is from, and the libraries that made it. */
  npm: z.array(npmPackage),
  /** Versions, by the name of the tool. */
  tools: z.record(z.string(), z.string()),
  /**
   * `bytes` is what it adds to the executable. From a package, on the git source from a folder of the commit, or upstream's
   * own, which is in the executable anyway. Missing when there is none.
   */
  webUi: z
    .union([
      npmPackage.extend({ files: bytes, bytes }),
      z.strictObject({ folder: z.string(), files: bytes, bytes }),
      z.strictObject({ upstreams: z.literal(true) }),
    ])
    .optional(),
  /** The model catalogue inside, and whose it is; missing when there is none. */
  models: z
    .strictObject({
      from: z.enum(["upstream", "organisation", "both"]),
      providers: bytes,
      bytes,
      sha256,
    })
    .optional(),
  /** Files carried inside, uncompressed; `module` is where, and `storedBytes` how long it is there. */
  assets: z.array(
    z.strictObject({
      name: z.string(),
      part: z.enum(["ripgrep", "grammars"]),
      bytes,
      sha256,
      module: z.string(),
      storedBytes: bytes,
    }),
  ),
  /** Packages that can be imported offline, each as a module of the executable with all that it needs. */
  packages: z.array(
    npmPackage.extend({
      module: z.string(),
      bytes,
      sha256,
      contains: z.array(npmPackage.extend({ license: z.string() })),
    }),
  ),
  /** The default configuration inside: its outermost keys; missing when there is none. */
  configuration: z.strictObject({ keys: z.array(z.string()), bytes, sha256 }).optional(),
  /** What the build decided about offline; missing when it decided nothing. */
  policy: z.custom<BakedPolicy>(isPolicy, "must be a policy as docs/policy.md has it").optional(),
})

function isPolicy(value: unknown): boolean {
  try {
    return completePolicy(value, "policy") !== undefined
  } catch {
    return false
  }
}

const buildRecord = fields.refine(({ source, git }) => (source === "git") === (git !== undefined), {
  path: ["git"],
  message: "must be there when the source is git, and not otherwise",
})

/** `build.json`: what a release is, what it was made from, and how it differs from upstream's executable. */
export type BuildRecord = z.infer<typeof buildRecord>

/** A package as a record names it. */
export function namePackage({
  name,
  version,
  integrity,
}: {
  name: string
  version: string
  integrity: string
}) {
  return { package: name, version, integrity }
}

/**
 * Reads and checks a `build.json`.
 * @throws Failure when it cannot be read, or names the field that is missing, unknown or malformed
 */
export async function readBuildRecord(path: string): Promise<BuildRecord> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw unusable(path, error.message)
  })
  const parsed = buildRecord.safeParse(parseJson(path, text))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`)
  throw unusable(path, issues.join("; "))
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unusable(path, `not JSON: ${(error as Error).message}`)
  }
}

function unusable(path: string, why: string): Failure {
  return new Failure({
    what: `${path} is not a record of a build`,
    why,
    next: "pass an executable that has the build.json of its own build beside it: npm run verify -- dist/…/opencode",
  })
}
