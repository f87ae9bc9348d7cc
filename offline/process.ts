/**
 * What the process said of itself ahead of any other code: a program may say otherwise later. Where it runs, and who runs
 * it, is asked of the runtime each time.
 */
export const { execPath: executable, platform: ownPlatform } = process

const { cwd, getuid } = process

/** The working directory. */
export function currentFolder(): string {
  return cwd()
}

/** The user's number; undefined on Windows. */
export function userId(): number | undefined {
  return getuid?.()
}
