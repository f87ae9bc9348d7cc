import { readTar } from "../formats/read-tar.ts"
import { type KitFile, kitFile } from "./kit-file.ts"

/**
 * The files of a kit's archive, without the folder that they are in.
 * @throws Error when it is no archive
 */
export async function readArchive(file: string): Promise<KitFile[]> {
  const files = await readTar(file, ({ path, mode = 0 }, data) =>
    kitFile(path.slice(path.indexOf("/") + 1), data, (mode & 0o100) !== 0),
  )
  return [...files.values()]
}
