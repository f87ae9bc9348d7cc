import { PROVIDERS } from "../scripts/upstream/catalogue.ts"
import { definePatch, replace } from "./lib.ts"

export default definePatch({
  subject: "feat(models): read the catalogue that is built in from JSON",
  why: "The catalogue is a literal of 5 MB in code that every command loads, and is inside a second time as the file that is read offline: it makes the executable larger, and the start slower.",
  whyPatch: "The literal stands in upstream's code, and what is loaded with it is needed.",
  kind: "build",
  upstream: [],
  removeWhen: "upstream's code holds no model catalogue, or reads it from a file inside the executable",
  range: ">=1.14.0",
  level: "optional",
  edits: [],
  chunks: [
    {
      what: "the model catalogue",
      // A provider that every catalogue has.
      anchor: 'env:["ANTHROPIC_API_KEY"]',
      find: PROVIDERS,
      places: 1,
      change: (literal, offline) => [replace(literal, `${offline}.upstreamsCatalogue()`)],
    },
  ],
})
