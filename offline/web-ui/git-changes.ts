import { execFile } from "node:child_process"
import { lstat, readFile } from "node:fs/promises"
import path from "node:path"
import { env } from "node:process"
import { promisify } from "node:util"

/** A larger file is listed without its text, as a binary one is. */
const largestText = 1_000_000
const largestOutput = 64_000_000

/** What the page's review panel expects of `GET /vcs/diff`, for one file. */
export interface FileChange {
  /** Path from the folder that was asked about. */
  file: string
  /** Unified diff in git's form; without hunks when the file is binary or too large. */
  patch: string
  additions: number
  deletions: number
  status: "added" | "deleted" | "modified"
}

/**
 * What is changed in a git work tree since its last commit, untracked files included, as `git diff HEAD` sees it from
 * `directory` downwards. Runs no program that the repository, or a submodule of it, names; a filter that it names is left
 * out, so that a file is compared as it is on disk. Throws when the directory is in no work tree, or such a filter cannot be
 * switched off.
 */
export async function gitChanges(directory: string): Promise<FileChange[]> {
  const filters = await ownFilters(directory)
  const tracked = readPatch(
    await git(directory, ...filters, ...diffArguments, await lastCommit(directory), "--", "."),
  )
  const untracked = (await git(directory, "ls-files", "--others", "--exclude-standard", "-z")).split("\0")
  const added = await Promise.all(untracked.filter(Boolean).map((file) => describeNew(directory, file)))
  return [...tracked, ...added]
}

const diffArguments = [
  ...["diff", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "--relative"],
  // Git would start another git in each, which reads the settings that lie there.
  "--ignore-submodules=dirty",
]

/** Who may name a filter: the user and the machine. */
const TRUSTED = ["system", "global"]

/** Arguments that switch off each filter that the repository's own settings name, in whatever file they are. */
async function ownFilters(directory: string): Promise<string[]> {
  const listed = await git(directory, "config", "--null", "--show-scope", "--name-only", "--list")
  const words = listed.split("\0")
  const keys = words.filter((_, at) => at % 2 === 1 && !TRUSTED.includes(words[at - 1]!))
  const names = new Set(keys.map((key) => /^filter\.(.*)\.[^.]+$/s.exec(key)?.[1] ?? ""))
  names.delete("")
  return [...names].flatMap((name) => {
    // What is in front of the first is the key, for git.
    if (name.includes("=")) throw new Error(`The filter.${name} of git's settings cannot be switched off`)
    const off = { clean: "", smudge: "", process: "", required: "false" }
    return Object.entries(off).flatMap(([key, value]) => ["-c", `filter.${name}.${key}=${value}`])
  })
}

async function git(directory: string, ...args: string[]): Promise<string> {
  const settings = ["core.quotepath=false", "core.fsmonitor=false", `core.bigFileThreshold=${largestText}`]
  const { stdout } = await promisify(execFile)(
    "git",
    [...settings.flatMap((setting) => ["-c", setting]), ...args],
    {
      cwd: directory,
      // What a partial clone lacks would be fetched, by a program that its settings may name.
      env: { ...env, GIT_OPTIONAL_LOCKS: "0", GIT_ALLOW_PROTOCOL: "none", LC_ALL: "C" },
      maxBuffer: largestOutput,
    },
  )
  return stdout
}

/** HEAD, or the empty tree when nothing has been committed yet. */
async function lastCommit(directory: string): Promise<string> {
  const [head] = await Promise.allSettled([git(directory, "rev-parse", "--verify", "--quiet", "HEAD")])
  return (
    head.status === "fulfilled" ? head.value : await git(directory, "hash-object", "-t", "tree", "/dev/null")
  ).trim()
}

/** Without renames, every section of git's output is about one file and starts with `diff --git a/NAME b/NAME`. */
function readPatch(output: string): FileChange[] {
  return output
    .split(/^(?=diff --git )/m)
    .filter(Boolean)
    .map((patch) => {
      const lines = patch.split("\n")
      const names = lines[0]!.slice("diff --git ".length)
      const hunks = lines.slice(
        Math.max(
          0,
          lines.findIndex((line) => line.startsWith("@@")),
        ),
      )
      return {
        file: names
          .slice((names.length + 1) / 2)
          .replace(/^"?b\//, "")
          .replace(/"$/, ""),
        patch,
        additions: hunks.filter((line) => line.startsWith("+")).length,
        deletions: hunks.filter((line) => line.startsWith("-")).length,
        status: statusOf(lines),
      }
    })
}

function statusOf(lines: string[]): FileChange["status"] {
  if (lines[1]?.startsWith("new file")) return "added"
  return lines[1]?.startsWith("deleted file") ? "deleted" : "modified"
}

async function describeNew(directory: string, file: string): Promise<FileChange> {
  const header = `diff --git a/${file} b/${file}\nnew file mode 100644\n`
  const text = await readText(path.join(directory, file))
  if (text === undefined) {
    const patch = `${header}Binary files /dev/null and b/${file} differ\n`
    return { file, patch, additions: 0, deletions: 0, status: "added" }
  }
  const lines = text.replace(/\n$/, "").split("\n")
  const end = text.endsWith("\n") ? "\n" : "\n\\ No newline at end of file\n"
  const body =
    text && `--- /dev/null\n+++ b/${file}\n@@ -0,0 +1,${lines.length} @@\n+${lines.join("\n+")}${end}`
  return { file, patch: header + body, additions: text ? lines.length : 0, deletions: 0, status: "added" }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const found = await lstat(file)
    if (!found.isFile() || found.size > largestText) return undefined
    const content = await readFile(file)
    return content.includes(0) ? undefined : content.toString("utf8")
  } catch {
    return undefined // Gone since it was listed, or not readable: listed all the same.
  }
}
