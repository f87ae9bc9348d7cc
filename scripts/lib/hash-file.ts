import type { HashAnswer, HashQuestion } from "./hash-thread.ts"

/** What a file was when it was read: its length, and a hash of all its bytes in hex. */
export interface FileHash {
  bytes: number
  hash: string
}

/**
 * Reads and hashes a file in a thread of its own, so that this one goes on with other work. For large files: the thread takes
 * some milliseconds to start.
 * @throws the file system's error, with its code, when the file cannot be read
 */
export async function hashFile(path: string, algorithm: HashQuestion["algorithm"]): Promise<FileHash> {
  const thread = new Worker(new URL("hash-thread.ts", import.meta.url), { smol: true })
  try {
    const answer = await new Promise<HashAnswer>((resolve, reject) => {
      thread.onmessage = ({ data }: MessageEvent<HashAnswer>) => resolve(data)
      thread.onerror = ({ message }) => reject(new Error(message))
      thread.addEventListener("close", () =>
        reject(new Error(`${path} was not hashed: the thread has ended`)),
      )
      thread.postMessage({ path, algorithm } satisfies HashQuestion)
    })
    if ("failure" in answer) throw Object.assign(new Error(answer.failure.message), answer.failure)
    return answer
  } finally {
    thread.terminate()
  }
}
