import { cp, mkdtemp, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../../scripts/lib/process.ts"

const ROOT = join(import.meta.dirname, "../..")

/** A copy of this project that a test may break, with the real dependencies. */
export interface Project {
  folder: string
  /** Runs the build in it. */
  build(
    args: string[],
    env?: Record<string, string>,
  ): Promise<{ exitCode?: number; stdout: string; stderr: string }>
  remove(): Promise<void>
}

export async function copyProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "opencode-offline-project-"))
  for (const part of [
    "build.ts",
    "drift.json",
    "package.json",
    "package-lock.json",
    "scripts",
    "patches",
    "offline",
    "pins",
  ]) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true })
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"))
  return {
    folder,
    build: async (args, env = {}) => {
      const { exitCode, stdout, stderr } = await run(process.execPath, ["build.ts", ...args], {
        cwd: folder,
        env: { ...process.env, ...env },
      })
      return { exitCode, stdout: String(stdout), stderr: String(stderr) }
    },
    remove: () => rm(folder, { recursive: true }),
  }
}
