import { Header } from "tar"
import type { Entry } from "./entry.ts"

const BLOCK = 512
const LONGEST_LINK = 100

/** GNU's way to say a path that a header has no room for: dpkg reads no other. */
const LONG = { path: { name: "././@LongLink", type: "NextFileHasLongPath" as const } }

/**
 * A tar archive, the same bytes for the same entries: nothing of this machine is in it.
 * @param seconds the time that every entry bears
 * @param prefix what stands ahead of each path, such as `./`
 * @throws Error when a link leads farther than a header has room for
 */
export function* writeTar(entries: Entry[], seconds: number, prefix = ""): Generator<Uint8Array> {
  for (const entry of entries) {
    const isFolder = "isFolder" in entry
    const path = `${prefix}${entry.path}${isFolder ? "/" : ""}`
    const data = "data" in entry ? entry.data : new Uint8Array()
    const header = encode({
      path,
      mode: entry.mode,
      uid: entry.owner ?? 0,
      gid: entry.owner ?? 0,
      uname: "",
      gname: "",
      size: data.length,
      mtime: new Date(seconds * 1000),
      type: isFolder ? "Directory" : "data" in entry ? "File" : "SymbolicLink",
      ...("link" in entry && { linkpath: entry.link }),
    })
    if ("link" in entry && Buffer.byteLength(entry.link) > LONGEST_LINK)
      throw new Error(`${entry.path} leads too far`)
    if (header.needPax) {
      const name = Buffer.from(`${path}\0`)
      yield encode({
        path: LONG.path.name,
        mode: 0o644,
        uid: 0,
        gid: 0,
        size: name.length,
        type: LONG.path.type,
      }).block!
      yield* padded(name)
    }
    yield header.block!
    yield* padded(data)
  }
  yield new Uint8Array(2 * BLOCK)
}

function encode(data: ConstructorParameters<typeof Header>[0]): Header {
  const header = new Header(data)
  header.encode()
  return header
}

function* padded(data: Uint8Array): Generator<Uint8Array> {
  yield data
  const rest = data.length % BLOCK
  if (rest > 0) yield new Uint8Array(BLOCK - rest)
}
