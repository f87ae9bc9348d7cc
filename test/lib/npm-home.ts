import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Failure } from "../../scripts/lib/errors.ts"
import { acquireFile } from "../../scripts/lib/npm/acquire.ts"
import type { TestPackage } from "./registry.ts"

/** A person's home and a project of theirs, empty but for what a test writes, and an empty cache. */
export interface NpmHome {
  home: string
  /** The `cwd`, `env` and `cache` that acquireFile takes. Nothing of this machine's own settings is in them. */
  options: { cwd: string; env: Record<string, string>; cache: string }
  /** Writes the user's npmrc: no retries, and straight to loopback unless `lines` say otherwise. */
  npmrc(...lines: string[]): Promise<void>
  remove(): Promise<void>
}

export async function makeNpmHome(): Promise<NpmHome> {
  const home = await mkdtemp(join(tmpdir(), "npm-home-"))
  const cwd = join(home, "project")
  await mkdir(cwd)
  const env = { HOME: home, PATH: process.env.PATH!, PREFIX: join(home, "prefix") }
  return {
    home,
    options: { cwd, env, cache: join(home, "cache") },
    npmrc: (...lines) =>
      writeFile(
        join(home, ".npmrc"),
        ["fetch-retries=0", "fetch-timeout=60000", "noproxy=127.0.0.1", ...lines].join("\n"),
      ),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

/** Acquires what cannot be acquired, and gives the Failure. Throws when it is no Failure. */
export async function failureOf(
  { pinned }: Pick<TestPackage, "pinned">,
  { options }: NpmHome,
  onProgress?: (text: string) => void,
): Promise<Failure> {
  try {
    await acquireFile(pinned, { ...options, onProgress })
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error(`${pinned.name} was acquired, but should not have been`)
}
