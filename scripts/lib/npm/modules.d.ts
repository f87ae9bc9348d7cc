// pacote, @npmcli/config, cacache and semver ship no types. Declared here is only what this project calls.

declare module "pacote" {
  import type { Minipass } from "minipass"

  interface Options {
    [key: string]: unknown
    cache: string
    integrity?: string
    resolved?: string
    signal?: AbortSignal
  }
  const pacote: {
    /** Unpacks a package into a folder; runs nothing of it. */
    extract(spec: string, folder: string, options: Options): Promise<unknown>
    /** What the registry says about a package and all its versions. */
    packument(
      name: string,
      options: Options,
    ): Promise<{ versions: Record<string, { dist?: { integrity?: string } }> }>
    /** What the registry says about one version; `_integrity` is the tarball's hash, or several. */
    manifest(spec: string, options: Options): Promise<{ _integrity?: string; version: string }>
    tarball: {
      /** The whole tarball, verified. */
      (spec: string, options: Options): Promise<Buffer>
      /** Calls `handler` with the tarball's stream, again when the data was corrupt. Resolves to what it resolves to. */
      stream<T>(spec: string, handler: (stream: Minipass<Buffer>) => Promise<T>, options: Options): Promise<T>
    }
  }
  export default pacote
}

declare module "@npmcli/config" {
  interface Options {
    npmPath: string
    definitions: unknown
    shorthands: unknown
    flatten: unknown
    nerfDarts?: unknown
    argv: string[]
    cwd: string
    env: Record<string, string | undefined>
    execPath: string
    warn: boolean
  }
  export default class Config {
    constructor(options: Options)
    load(): Promise<void>
    /** Cleans values by type. Throws ERR_INVALID_AUTH when a login is stored in a form that npm no longer takes. */
    validate(): boolean
    readonly flat: Record<string, unknown>
  }
}

declare module "@npmcli/config/lib/definitions/index.js" {
  const value: { definitions: unknown; shorthands: unknown; flatten: unknown; nerfDarts: unknown }
  export default value
}

declare module "cacache" {
  const cacache: {
    get: {
      (cache: string, key: string): Promise<{ data: Buffer; integrity: string }>
      info(cache: string, key: string): Promise<{ integrity: string; path: string } | null>
    }
    ls(cache: string): Promise<Record<string, { key: string; integrity: string }>>
    put(cache: string, key: string, data: Uint8Array): Promise<string>
    rm: {
      entry(cache: string, key: string): Promise<void>
      content(cache: string, sri: string): Promise<void>
    }
  }
  export default cacache
}

declare module "semver" {
  const semver: {
    satisfies(version: string, range: string, options?: { includePrerelease?: boolean }): boolean
    /** The version without what is around it, such as `v` and build metadata; null when it is none. */
    valid(version: string): string | null
    /** The first version that stands in a text. */
    coerce(text: string, options?: { includePrerelease?: boolean }): { version: string } | null
    validRange(range: string): string | null
    compare(a: string, b: string): number
    lte(a: string, b: string): boolean
    rcompare(a: string, b: string): number
    /** The parts of a pre-release, null of a release. */
    prerelease(version: string): readonly (string | number)[] | null
  }
  export default semver
}
