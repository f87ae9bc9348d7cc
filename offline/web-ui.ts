import { env } from "node:process"
import { embedded } from "./embedded.ts"
import { isActive } from "./switch.ts"
import { createWebUi } from "./web-ui/create.ts"
import { packSource } from "./web-ui/pack.ts"
import { upstreamsSource } from "./web-ui/upstreams-page.ts"

/** The web UI of this executable: upstream's own, or one module, which `offline/build/write-pack.ts` makes. */
export const webUi = createWebUi({
  offline: isActive,
  embedded: embedded.page
    ? upstreamsSource(embedded.page)
    : packSource(embedded.webUi, embedded.webUiVersion),
  env,
})
