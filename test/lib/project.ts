import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../../scripts/lib/process.ts"

const ROOT = join(import.meta.dirname, "../..")

/** A copy of this project that a test may break, with the real dependencies. */
export interface Project {
  folder: string
  /** Runs the build in it, of the pin that is tested unless `args` name one. */
  build(
    args: string[],
    env?: Record<string, string>,
  ): Promise<{ exitCode?: number; stdout: string; stderr: string }>
  /** Changes a file of it while `body` runs. */
  withChange(file: string, change: (text: string) => string, body: () => Promise<void>): Promise<void>
  remove(): Promise<void>
}

export async function copyProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "opencode-offline-project-"))
  for (const part of [
    "LICENSE",
    "build.ts",
    "drift.json",
    "package.json",
    "package-lock.json",
    "scripts",
    "patches",
    "offline",
    "pins",
    "vex",
  ]) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true })
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"))
  return {
    folder,
    build: async (args, env = {}) => {
      const { TEST_PIN } = process.env
      const pin = TEST_PIN && !args.includes("--pin") ? ["--pin", TEST_PIN] : []
      const { exitCode, stdout, stderr } = await run(process.execPath, ["build.ts", ...pin, ...args], {
        cwd: folder,
        env: { ...process.env, ...env },
      })
      return { exitCode, stdout: String(stdout), stderr: String(stderr) }
    },
    async withChange(file, change, body) {
      const path = join(folder, file)
      const text = await readFile(path, "utf8")
      if (change(text) === text) throw new Error(`the change of ${file} changes nothing`)
      await writeFile(path, change(text))
      await body().finally(() => writeFile(path, text))
    },
    remove: () => rm(folder, { recursive: true }),
  }
}
