import { embeddedRoot, moduleNames } from "../../offline/modules.ts"

/** The names of our modules in the executable that is built, which is one for Linux. */
export const NAMES = moduleNames(embeddedRoot("linux"))
