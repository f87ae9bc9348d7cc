import { join } from "node:path"
import { readHelpPages } from "../../contents/help.ts"
import { pinName } from "../../pins/pin.ts"
import type { BuildRecord } from "../../record/build-record.ts"
import { findTarget, hostTarget } from "../../upstream/target.ts"
import { findRelease } from "../find-release.ts"
import { readCommands } from "./read-commands.ts"
import { shellFiles } from "./shell-files.ts"

/**
 * Completions and the man page of a release, by path below the prefix. They are made from what its executable says on
 * `--help`; for a machine of another kind, from what this machine's of the same pin says.
 * @param name how the page calls the release
 * @returns none for Windows, whose shells have no place for them
 * @throws Failure when that executable cannot be run in a network of its own here
 */
export async function findShellFiles(
  release: string,
  record: BuildRecord,
  { cache, name }: { cache: string; name: string },
): Promise<Record<string, string>> {
  if (findTarget(record.target).launcher === "cmd") return {}
  const here = runsHere(record.target)
  const target = here ? findTarget(record.target) : hostTarget()
  const folder = here
    ? release
    : await findRelease({
        pin: pinName({ product: record.product, version: record.opencode }),
        target: target.name,
        cache,
      })
  const commands = await readCommands(join(folder, target.file), cache)
  return shellFiles(commands, name, await readHelpPages())
}

function runsHere(target: string): boolean {
  const { os, arch, libc } = hostTarget()
  const other = findTarget(target)
  return other.os === os && other.arch === arch && other.libc === libc
}
