import type { Provider } from "./reachable.ts"

/** A provider as a model catalogue has it, in the form of models.dev, as far as it is read. */
export interface CatalogueProvider {
  npm?: string
  api?: string
  models?: Record<string, { provider?: { api?: string; npm?: string } }>
}

/** The same as upstream lists it. */
export function listed({ api, npm, models = {} }: CatalogueProvider): Provider {
  const places = Object.entries(models).map(([id, { provider }]) => [
    id,
    { api: { url: provider?.api ?? api, npm: provider?.npm ?? npm } },
  ])
  return { source: "env", models: Object.fromEntries(places) }
}
