import {
  atStart,
  before,
  type Change,
  captured,
  definePatch,
  effectFunction,
  inside,
  part,
  replace,
} from "./lib.ts"

const choice: Change & { anchor: string } = {
  what: "the function that chooses the tools for a model",
  anchor: '"ToolRegistry.tools"',
  find: effectFunction("ToolRegistry.tools"),
  change: (place, offline) => {
    const choice = inside(place, "$TOOLS.filter(($TOOL) => {$$$BODY})")
    const tool = captured(choice, "TOOL").text()
    const chooses = inside(choice, { rule: { kind: "arrow_function" } })
    return [atStart(chooses, `if(${offline}.active()&&${tool}.id==="websearch")return!1;`)]
  },
}

/** Sessions of /api/session have tools of their own. */
const registration: Change & { anchor: string } = {
  what: "the registration of the tool for sessions of the server's newer API",
  anchor: '"web_search_exa"',
  find: {
    rule: {
      kind: "call_expression",
      all: [
        { has: { field: "function", has: { field: "property", regex: "^register$" } } },
        { has: { kind: "string", regex: '^"web_search_exa"$', stopBy: "end" } },
      ],
    },
  },
  change: (place, offline) => {
    const tools = inside(part(place, "arguments"), { rule: { kind: "object" } })
    return [before(tools, `${offline}.active()?{}:`)]
  },
}

export default definePatch({
  subject: "feat(tool): do not offer web search when offline",
  why: "A model that is offered websearch and codesearch (mcp.exa.ai) calls them, and spends its turns on errors.",
  whyPatch: "With OpenCode Zen or OPENCODE_ENABLE_EXA they are offered whatever the permissions say.",
  kind: "upstreamable",
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
  effect: [
    { ...choice, file: "src/tool/registry.ts", places: { git: 1 } },
    { ...registration, file: "../core/src/tool/websearch.ts", places: { git: 1 } },
  ],
  chunks: [
    { ...choice, places: 1 },
    { ...registration, places: { ">=1.17.0": 1 } },
  ],
})
