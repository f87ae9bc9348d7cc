import { asksForHelp, readArguments } from "../core/arguments.ts"
import { asksForVersion } from "../core/version.ts"
import { createProgramReporter, logProgramsDenial, openLogs } from "../denials.ts"
import { embedded } from "../embedded.ts"
import { SettingError } from "../error.ts"
import { findResolution } from "../find-resolution.ts"
import { handedOn, isMainThread } from "../handover.ts"
import { moduleNames } from "../modules.ts"
import { createPolicy } from "../policy.ts"
import { print } from "../print.ts"
import { orStop } from "../setting.ts"
import { formatExamination } from "./format.ts"
import type { Examination } from "./launch.ts"

/**
 * Where the kernel is to hold every program, has this executable started once more, confined.
 * @returns undefined where that is not asked for. Else a promise that is never kept in the first process, which ends with the
 *   one that it started, and is kept in that one. Ends the process with exit code 2 where it is not possible
 */
export function enterKernelMode(): Promise<void> | undefined {
  if (!isMainThread()) return undefined
  const said = readArguments(process.argv.slice(2))
  const { words, bare } = said
  if (bare[0] === "offline" && bare[1] === "doctor" && !asksForHelp(said)) return examine(words)
  const { kernel, allow, logs: wanted, project, origin } = orStop(findResolution)
  // Those are answered without anything of upstream's, and start nothing.
  if (kernel === undefined || bare[0] === "offline" || asksForVersion(words)) return undefined
  const logs = orStop(() => {
    requireKernel()
    createPolicy(allow)
    return openLogs(wanted, process.env)
  })
  const denied = logs.length > 0 ? createProgramReporter({ logs, project }, origin ?? "") : undefined
  return start({ allow, settings: kernel, denied, heard: logProgramsDenial, env: handedOn() })
}

/** @throws SettingError where there is no kernel mode: never is less done than was asked for */
function requireKernel(): void {
  if (process.platform !== "linux")
    throw new SettingError(
      `Kernel mode was asked for, and is not available on ${process.platform}`,
      "Use --offline, which holds OpenCode's own code, or Linux.",
    )
  if (embedded.kernel !== true)
    throw new SettingError(
      "Kernel mode was asked for, and this executable was built without it",
      "Use an executable that was built from upstream's release.",
    )
}

/** Answers `opencode offline doctor`, and ends the process: with 0 when kernel mode is possible here, else with 1. */
async function examine(words: readonly string[]): Promise<void> {
  const found = await examined()
  print("out", words.includes("--json") ? `${JSON.stringify(found, null, 2)}\n` : formatExamination(found))
  process.exit(found.possible ? 0 : 1)
}

async function examined(): Promise<Partial<Examination> & Pick<Examination, "possible" | "why" | "next">> {
  try {
    requireKernel()
  } catch (error) {
    const { message, next } = error as SettingError
    return { possible: false, why: message, next }
  }
  const { examine, NotPossible }: Launcher = await import(moduleNames().launch)
  try {
    return await examine()
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error
    return { possible: false, why: error.message, next: error.next }
  }
}

type Launcher = typeof import("./launch.ts")

async function start(options: Parameters<Launcher["launch"]>[0]): Promise<void> {
  const { launch, NotPossible }: Launcher = await import(moduleNames().launch)
  try {
    await launch(options)
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error
    orStop(() => {
      throw new SettingError(
        `Kernel mode was asked for, and is not possible here: ${error.message}`,
        error.next,
      )
    })
  }
}
