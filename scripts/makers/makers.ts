import { deb } from "./deb.ts"
import { image } from "./image.ts"
import type { Maker } from "./maker.ts"
import { rpm } from "./rpm.ts"

/** Every maker that there is. Another one is a file beside these, and a name here. */
export const MAKERS: readonly Maker[] = [deb, rpm, image]
