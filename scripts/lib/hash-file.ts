import type { HashAnswer, HashOrder } from "./hash-thread.ts"

export type Algorithm = "sha256" | "sha512"

/** What a file was when it was read: its length, and a hash of all its bytes in hex. */
export interface FileHash {
  bytes: number
  hash: string
}

/** A thread that hashes a file which is still being written. */
export interface GrowingHash {
  /** So many bytes of the file are written, and stay as they are. */
  grown(bytes: number): void
  /**
   * The file is written: what is left is read, to its end. To be called once.
   * @throws the file system's error, with its code, when the file cannot be read
   */
  end(): Promise<FileHash>
}

/**
 * Reads and hashes a file in a thread of its own, so that this one goes on with other work. For large files: the thread takes
 * some milliseconds to start. It ends by itself: to have it ended would be to wait for it.
 * @throws the file system's error, with its code, when the file cannot be read
 */
export function hashFile(path: string, algorithm: Algorithm): Promise<FileHash> {
  return hashGrowing(path, algorithm).end()
}

/** The same for a file that grows meanwhile. Until `end` is called, the thread keeps no process alive. */
export function hashGrowing(path: string, algorithm: Algorithm): GrowingHash {
  const thread = new Worker(new URL("hash-thread.ts", import.meta.url), {
    smol: true,
    argv: [path, algorithm],
    ref: false,
  })
  const answer = new Promise<HashAnswer>((resolve, reject) => {
    thread.onmessage = ({ data }: MessageEvent<HashAnswer>) => resolve(data)
    thread.onerror = ({ message }) => reject(new Error(message))
    thread.addEventListener("close", () => reject(new Error(`${path} was not hashed: the thread has ended`)))
  })
  // What it fails with is told to whoever waits for it.
  answer.catch(() => {})
  const order = (order: HashOrder) => thread.postMessage(order)
  return {
    grown: (bytes) => order({ upTo: bytes }),
    async end() {
      thread.ref()
      order({ upTo: Infinity })
      const found = await answer
      if ("failure" in found) throw Object.assign(new Error(found.failure.message), found.failure)
      return found
    },
  }
}
