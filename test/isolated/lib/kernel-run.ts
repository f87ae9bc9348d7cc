import { chmod, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import type { NamespaceOptions } from "../../../scripts/isolation/isolated.ts"
import { runInNamespace } from "../../../scripts/isolation/isolated.ts"
import type { Outside, Reached } from "./kernel-outside.ts"

/** What the servers outside of the tree listen on. */
export const outsidePorts = { other: 8081, named: 8082 }

/** How a command is run. */
export interface KernelRun
  extends Pick<NamespaceOptions, "during" | "pty" | "args" | "mode" | "watchMs" | "stdin"> {
  /** Words ahead of the executable, which start it. */
  prefix?: string[]
  env?: Record<string, string>
  /** The object `offline` of the user's configuration. */
  offline?: Record<string, unknown>
}

/** Runs a shell command in an executable that is made of the probe, with servers outside of the tree. */
export async function runCommandIn(executable: string, command: string, run: KernelRun = {}) {
  const { prefix = [], args = ["--offline=kernel"], env, offline, ...options } = run
  const folder = await mkdtemp(path.join(tmpdir(), "kernel-"))
  await chmod(folder, 0o777)
  const log = path.join(folder, "denied.jsonl")
  const outside: Outside = {
    path: path.join(folder, "outside.sock"),
    abstract: "outside",
    ports: Object.values(outsidePorts),
  }
  const [program, ...words] = [...prefix, executable, ...args]
  try {
    const config = JSON.stringify({ offline: { allow: ["good.example:80", "127.0.0.1:8082"], ...offline } })
    const result = await runInNamespace({
      executable: program!,
      args: words,
      services: [{ module: path.join(import.meta.dirname, "kernel-outside.ts"), options: outside }],
      home: { ".config/opencode/opencode.json": config.replaceAll("OUTSIDE", outside.path) },
      env: {
        PATH: "/usr/local/bin:/usr/bin:/bin",
        PROBE_COMMAND: command,
        OUTSIDE: outside.path,
        FOLDER: folder,
        OPENCODE_OFFLINE_LOG: log,
        ...env,
      },
      ...options,
    })
    const denied = await readFile(log, "utf8").catch(() => "")
    const denials = denied
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    return { ...result, denials, reached: result.services[0] as Reached }
  } finally {
    await rm(folder, { recursive: true })
  }
}
