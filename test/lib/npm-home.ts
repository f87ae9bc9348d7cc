import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A person's home and a project of theirs, empty but for what a test writes, and an empty cache. */
export interface NpmHome {
  home: string
  /** The `cwd`, `env` and `cache` that acquireFile takes. Nothing of this machine's own settings is in them. */
  options: { cwd: string; env: Record<string, string>; cache: string }
  /** Writes the user's npmrc: quick to give up, and straight to loopback unless `lines` say otherwise. */
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
        ["fetch-retries=0", "fetch-timeout=600", "noproxy=127.0.0.1", ...lines].join("\n"),
      ),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}
