import { captured, definePatch, effectFunction, enclosing, part, replace } from "./lib.ts"

export default definePatch({
  subject: "refactor(provider): make a provider's models when they are asked for",
  why: "Each command that needs a model makes all of the catalogue's, some thousands, and copies them: that is a third of what `opencode run` computes until it has answered, and memory of a server for as long as it runs.",
  whyPatch: "Where they are made, and what reads them, stands in upstream's code.",
  kind: "build",
  upstream: [],
  removeWhen: "upstream's makes no models of providers that are not used",
  range: ">=1.15.13",
  level: "optional",
  edits: [],
  chunks: [
    {
      what: "the providers of the catalogue, and the copy of them",
      anchor: '"Provider.list"',
      find: {
        rule: {
          pattern: "let $$$A, $CATALOG = $MAP($RAW, $BUILD), $DATABASE = $MAP($CATALOG, $COPY), $$$B",
        },
      },
      places: 1,
      change: (place, offline) =>
        [
          ["BUILD", "build"],
          ["COPY", "copy"],
        ].map(([by, lazily]) => {
          const call = enclosing(captured(place, by!), "call_expression")
          return replace(part(call, "function"), `${offline}.models.${lazily}`)
        }),
    },
    {
      what: "the providers that the server answers with",
      anchor: '"ProviderHttpApi.list"',
      find: {
        rule: {
          pattern: "Object.assign($MAP($RAW, $BUILD), $CONNECTED)",
          inside: { stopBy: "end", ...effectFunction("ProviderHttpApi.list").rule },
        },
      },
      places: 1,
      change: (place, offline) => [replace(captured(place, "MAP"), `${offline}.models.build`)],
    },
  ],
})
