import { writeSync } from "node:fs"

/** Standard output and standard error. */
const DESCRIPTORS = { out: 1, error: 2 }

/** Writes whole text before it returns, as the process may end next. A reader that is gone is left alone. */
export function print(where: keyof typeof DESCRIPTORS, text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(DESCRIPTORS[where], bytes))
    } catch (error) {
      // A pipe that does not block is full for the moment.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return
    }
  }
}
