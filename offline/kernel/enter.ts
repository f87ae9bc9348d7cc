import { logFile } from "../denials.ts"
import { embedded } from "../embedded.ts"
import { SettingError } from "../error.ts"
import { findResolution } from "../find-resolution.ts"
import { isMainThread } from "../handover.ts"
import { moduleNames } from "../modules.ts"
import { orStop } from "../setting.ts"
import type { KernelSettings } from "./settings.ts"

/**
 * Where the kernel is to hold every program, has this executable started once more, confined.
 * @returns undefined where that is not asked for. Else a promise that is never kept in the first process, which ends with the
 *   one that it started, and is kept in that one. Ends the process with exit code 2 where it is not possible
 */
export function enterKernelMode(): Promise<void> | undefined {
  if (!isMainThread()) return undefined
  const { kernel, allow } = orStop(findResolution)
  if (kernel === undefined) return undefined
  orStop(requireKernel)
  return start(kernel, allow)
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

type Launcher = typeof import("./launch.ts")

async function start(
  settings: KernelSettings,
  allow: Parameters<Launcher["launch"]>[0]["allow"],
): Promise<void> {
  const { launch, NotPossible }: Launcher = await import(moduleNames().launch)
  try {
    await launch({ allow, settings, log: logFile(process.env) })
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
