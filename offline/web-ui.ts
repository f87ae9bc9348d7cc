import { env } from "node:process"
import { isActive } from "./switch.ts"
import { createWebUi } from "./web-ui/create.ts"

/** The web UI of this executable: its files are the module that `scripts/embed-web-ui.ts` makes. */
export const webUi = createWebUi({ offline: isActive, packPath: "/$bunfs/root/offline-web-ui.pack", env })
