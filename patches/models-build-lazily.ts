import { type Change, captured, definePatch, effectFunction, enclosing, part, replace } from "./lib.ts"

/** Where each provider is made, or copied, by a function of that name. */
function made(by: string, lazily: "build" | "copy"): Change {
  return {
    what: `the call of ${by} for each provider`,
    find: { rule: { pattern: `mapValues($FROM, ${by})`, inside: { kind: "variable_declarator" } } },
    change: (place, offline) => [replace(part(place, "function"), `${offline}.models.${lazily}`)],
  }
}

export default definePatch({
  subject: "refactor(provider): make a provider's models when they are asked for",
  why: "Each command that needs a model makes all of the catalogue's, some thousands, and copies them: that is a quarter of what `opencode models` computes, and a tenth of a short `opencode run`.",
  whyPatch: "Where they are made, and what reads them, stands in upstream's code.",
  kind: "build",
  upstream: [],
  removeWhen: "upstream's makes no models of providers that are not used",
  range: ">=1.15.13",
  level: "optional",
  edits: [],
  effect: [
    { ...made("fromModelsDevProvider", "build"), file: "src/provider/provider.ts", places: { git: 1 } },
    { ...made("toPublicInfo", "copy"), file: "src/provider/provider.ts", places: { git: 1 } },
    {
      what: "the providers that the server answers with",
      file: "src/server/routes/instance/httpapi/handlers/provider.ts",
      find: {
        rule: {
          pattern: "mapValues($RAW, $BUILD)",
          inside: { stopBy: "end", ...effectFunction("ProviderHttpApi.list").rule },
        },
      },
      places: { git: 1 },
      change: (place, offline) => [replace(part(place, "function"), `${offline}.models.build`)],
    },
  ],
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
