import { readFileSync } from "node:fs"
import { join } from "node:path"

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"))

/** The version of this project: of the series and of all else that is put into upstream's executable. */
export const PATCH_SET: string = version
