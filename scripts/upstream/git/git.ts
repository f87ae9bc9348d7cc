import { dirname, resolve } from "node:path"
import { run } from "../../lib/process.ts"

export interface GitResult {
  ok: boolean
  stdout: string
  stderr: string
}

/** Variables by which a caller's own git would point at another repository, or ask a person. */
const QUIET = { LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_ASKPASS: "", SSH_ASKPASS: "" }

/**
 * Runs the system's git to its end. The person's configuration counts (proxy, credentials, CA); variables that name
 * a repository (GIT_DIR, GIT_WORK_TREE, ...) do not, so that no tree of the person's is ever touched.
 */
export async function git(
  folder: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<GitResult> {
  const inherited = Object.entries(process.env).filter(([name]) => !REPOSITORY.test(name))
  // Without a repository in the folder itself, git would take the one that the folder stands in.
  const ceiling = { GIT_CEILING_DIRECTORIES: dirname(resolve(folder)) }
  const all = { ...Object.fromEntries(inherited), ...QUIET, ...ceiling, ...env }
  const { exitCode, code, stdout, stderr } = await run("git", args, {
    cwd: folder,
    env: all,
    stdin: "ignore",
  })
  const missing = code === "ENOENT" ? "git is not installed, or not in PATH" : ""
  return { ok: exitCode === 0, stdout: stdout ?? "", stderr: (stderr || missing || "").trim() }
}

const REPOSITORY =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|SHALLOW_FILE)$/
