import { definePatch, replace } from "./lib.ts"

export default definePatch({
  subject: "feat(tool): do not offer web search when offline",
  why: "A model that is offered websearch and codesearch (mcp.exa.ai) calls them, and spends its turns on errors.",
  whyPatch: "With OpenCode Zen or OPENCODE_ENABLE_EXA they are offered whatever the permissions say.",
  kind: "offline-only",
  upstream: [16117],
  removeWhen: "offline, with OPENCODE_ENABLE_EXA=1, upstream's request to the provider offers neither tool",
  range: "*",
  level: "required",
  edits: [
    {
      file: "src/tool/registry.ts",
      what: "WebSearchTool and CodeSearchTool in the list of all tools",
      find: {
        rule: {
          kind: "identifier",
          regex: "^(WebSearchTool|CodeSearchTool)\\d*$",
          inside: { kind: "array" },
        },
      },
      places: { main: 2, worker: 2 },
      change: (place, offline) => [replace(place, `...(${offline}.active() ? [] : [${place.text()}])`)],
    },
  ],
})
