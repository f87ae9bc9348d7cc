import type { HashAnswer } from "./hash-thread.ts"

export type Algorithm = "sha256" | "sha512"

/** What a file was when it was read: its length, and a hash of all its bytes in hex. */
export interface FileHash {
  bytes: number
  hash: string
}

/**
 * Reads and hashes a file in a thread of its own, so that this one goes on with other work. For large files: the thread takes
 * some milliseconds to start. It ends by itself: to have it ended would be to wait for it.
 * @throws the file system's error, with its code, when the file cannot be read
 */
export async function hashFile(path: string, algorithm: Algorithm): Promise<FileHash> {
  const thread = new Worker(new URL("hash-thread.ts", import.meta.url), {
    smol: true,
    argv: [path, algorithm],
  })
  const answer = await new Promise<HashAnswer>((resolve, reject) => {
    thread.onmessage = ({ data }: MessageEvent<HashAnswer>) => resolve(data)
    thread.onerror = ({ message }) => reject(new Error(message))
    thread.addEventListener("close", () => reject(new Error(`${path} was not hashed: the thread has ended`)))
  })
  if ("failure" in answer) throw Object.assign(new Error(answer.failure.message), answer.failure)
  return answer
}
