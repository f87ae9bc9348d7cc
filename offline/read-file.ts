import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"

/** No configuration is longer; a device or a pipe could be without end. */
const LONGEST = 1024 * 1024

/**
 * The text of a regular file of at most 1 MB.
 * @returns undefined when there is no such file
 * @throws Error with a message for people, when it is another kind of file, longer, or cannot be read
 */
export function readSmallFile(file: string): string | undefined {
  const descriptor = open(file)
  if (descriptor === undefined) return undefined
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile()) throw new Error("it is no regular file")
    if (status.size > LONGEST) throw new Error(`it has ${status.size} bytes, more than ${LONGEST}`)
    const bytes = Buffer.allocUnsafe(LONGEST + 1)
    let length = 0
    for (let count = -1; count !== 0 && length < bytes.length; length += count)
      count = readSync(descriptor, bytes, length, bytes.length - length, null)
    if (length > LONGEST) throw new Error(`it grew to more than ${LONGEST} bytes`)
    return bytes.toString("utf8", 0, length)
  } finally {
    closeSync(descriptor)
  }
}

/** Without waiting, as opening a pipe that nobody writes to would. */
function open(file: string): number | undefined {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw new Error((error as NodeJS.ErrnoException).code)
  }
}

/** Whether Node's error says that there is no such file: also when what should be its folder is a file. */
export function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === "ENOENT" || code === "ENOTDIR"
}
