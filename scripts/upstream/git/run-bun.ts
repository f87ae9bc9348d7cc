import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { formatDuration } from "../../lib/log.ts"
import { run } from "../../lib/process.ts"

export interface BunRun {
  /** Bun's executable. */
  bun: string
  /** Where it is run. */
  cwd: string
  /** The home of what is run: a folder of the build's own, so that no setting of the person's counts. */
  home: string
  /** Added to an environment that has only HOME, PATH, TMPDIR and LANG. */
  env: Record<string, string>
  /** Takes each line that is printed. */
  onLine: (line: string) => void
  /** It is ended when it prints nothing for this many milliseconds; a quarter of an hour when not given. */
  idleMs?: number
}

/**
 * Runs the pinned Bun to its end. It is also the `bun` that scripts find in PATH.
 * @returns whether it ended with 0, and the last lines that it printed
 */
export async function runBun(args: string[], options: BunRun): Promise<{ ok: boolean; tail: string }> {
  const { PATH = "", TMPDIR = "/tmp" } = process.env
  const base = { HOME: options.home, PATH: `${dirname(options.bun)}:${PATH}`, TMPDIR, LANG: "C.UTF-8" }
  const child = run(options.bun, args, {
    cwd: options.cwd,
    env: { ...base, XDG_CACHE_HOME: join(options.home, ".cache"), ...options.env },
    stdin: "ignore",
    all: true,
  })
  const { idleMs = 15 * 60_000 } = options
  let idle = false
  const give = () => {
    idle = true
    child.kill("SIGKILL")
    // What it has started may go on, with the same output.
    child.all.destroy()
  }
  let timer = setTimeout(give, idleMs)
  const last: string[] = []
  const lines = createInterface({ input: child.all }).on("line", (line) => {
    clearTimeout(timer)
    timer = setTimeout(give, idleMs)
    const text = line.trimEnd()
    if (text === "") return
    options.onLine(text)
    last.push(text)
    if (last.length > KEPT) last.shift()
  })
  const { exitCode } = await child
  lines.close()
  clearTimeout(timer)
  if (idle) last.push(`(ended, as it printed nothing for ${formatDuration(idleMs)})`)
  return { ok: exitCode === 0, tail: last.join("\n        ") }
}

/** Lines. */
const KEPT = 12
