import { env } from "node:process"
import { embedded } from "./embedded.ts"
import { isActive } from "./switch.ts"
import { createWebUi } from "./web-ui/create.ts"

/** The web UI of this executable: its files are one module, which `offline/build/write-pack.ts` makes. */
export const webUi = createWebUi({ offline: isActive, packPath: embedded.webUi, env })
