import {
  after,
  atStart,
  before,
  type Change,
  captured,
  definePatch,
  effectFunction,
  enclosing,
  functionNamed,
  inside,
  namespaceOf,
  part,
  replace,
  routeHandler,
  type SgNode,
} from "./lib.ts"

const providers = { kind: "member_expression", has: { field: "property", regex: "^providers$" } } as const

/** Laid around the place, so that another patch can change what stands in it. */
const offer = (place: SgNode, offline: string) => [
  before(place, `${offline}.models.offered(`),
  after(place, ")"),
]

/** The providers of the catalogue, under which those that are connected are laid. */
const catalogue = (place: SgNode, offline: string) =>
  offer(captured(inside(place, "Object.assign($CATALOGUE, $CONNECTED)"), "CATALOGUE"), offline)

/** The places of the same in code that is written with Effect. */
const byEffect = {
  list: {
    what: "the list of providers",
    find: {
      rule: {
        ...providers,
        inside: {
          stopBy: "end",
          kind: "call_expression",
          has: {
            field: "function",
            kind: "call_expression",
            has: { field: "arguments", regex: '^\\("Provider\\.list"' },
          },
        },
      },
    },
    change: offer,
  },
  defaults: {
    what: "the providers that the default model is looked for in",
    find: {
      rule: { ...providers, inside: { stopBy: "end", ...effectFunction("Provider.defaultModel").rule } },
    },
    change: offer,
  },
  answer: {
    what: "the answer of the server with all providers",
    find: effectFunction("ProviderHttpApi.list"),
    change: catalogue,
  },
} satisfies Record<string, Change>

/** What the default model fails with where there is no provider: an error, or one of Effect's. */
const none: Change = {
  what: "the error that there is no provider",
  find: {
    rule: {
      any: [
        { kind: "new_expression", regex: '^new Error\\("no providers \\w+"\\)$' },
        { kind: "call_expression", regex: '^Error\\("no providers \\w+"\\)$' },
        {
          kind: "new_expression",
          regex: "^new [\\w$]+(\\(\\))?$",
          inside: {
            kind: "yield_expression",
            inside: { stopBy: "end", ...effectFunction("Provider.defaultModel").rule },
          },
        },
      ],
    },
  },
  change: (place, offline) => {
    const refusal = `${offline}.models.refusal()`
    if (place.parent()?.kind() !== "yield_expression")
      return [replace(place, `(${refusal}??${place.text()})`)]
    const effect = namespaceOf(enclosing(place, "generator_function"))
    return [replace(place, `(${refusal}?${effect}.fail(${refusal}):${place.text()})`)]
  },
}

/** Upstream's asks to connect to a provider, and opens a list of such. */
const warning: Change = {
  what: "the TUI's warning that no model is chosen",
  find: { rule: { kind: "string", regex: '^"Connect a provider to send prompts"$' } },
  change: (place, offline) => {
    const warn = enclosing(place, "function_declaration")
    const toast = captured(inside(part(warn, "body"), "$TOAST.show($OPTIONS)"), "TOAST").text()
    return [atStart(warn, tell(toast, offline))]
  },
}

/** Upstream's opens that list as soon as the TUI is there. */
const opening: Change = {
  what: "the TUI's list of providers, which opens by itself where there are none",
  find: {
    rule: {
      kind: "arrow_function",
      follows: {
        stopBy: "end",
        kind: "arrow_function",
        regex: '\\.status\\s*===\\s*"complete"\\s*&&\\s*[\\w.$]+\\.data\\.provider\\.length\\s*===\\s*0$',
      },
      inside: { kind: "arguments" },
    },
  },
  change: (place, offline) => {
    const opens = inside(part(place, "body"), "$DIALOG.replace($LIST)")
    const toast = toastAround(place)
    return [replace(opens, `(${offline}.models.none()?${show(toast, offline)}:${opens.text()})`)]
  },
}

/** Upstream's opens the list though nothing may be in it. */
const connect: Change = {
  what: "what the TUI's command to connect to a provider opens",
  find: {
    rule: {
      kind: "call_expression",
      has: { field: "function", has: { field: "property", regex: "^replace$" } },
      inside: {
        stopBy: { kind: "object" },
        kind: "pair",
        has: { field: "key", regex: "^(onSelect|run)$" },
        inside: {
          kind: "object",
          has: {
            kind: "pair",
            all: [
              { has: { field: "key", regex: "^(value|name)$" } },
              { has: { field: "value", regex: '^"provider\\.connect"$' } },
            ],
          },
        },
      },
    },
  },
  change: (place, offline) => {
    const none = `${offline}.models.none(${dataAround(place)}.provider_next.all.length)`
    return [replace(place, `(${none}?${show(toastAround(place), offline)}:${place.text()})`)]
  },
}

/** Upstream's stands below the prompt where no model is chosen. */
const invitation: Change = {
  what: "the TUI's words where a provider's name would stand",
  find: {
    rule: {
      kind: "string",
      regex: '^"Connect a provider"$',
      inside: {
        kind: "pair",
        has: { field: "key", regex: "^provider$" },
        inside: {
          kind: "object",
          has: { kind: "pair", has: { field: "value", regex: '^"No provider selected"$' } },
        },
      },
    },
  },
  change: (place, offline) => [
    replace(place, `(${offline}.active() ? "opencode offline setup" : ${place.text()})`),
  ],
}

/** What the code around calls the data that the TUI has of its server. */
function dataAround(place: SgNode): string {
  for (const outer of place.ancestors()) {
    const length = outer.find("$DATA.provider.length")
    if (length) return captured(length, "DATA").text()
  }
  return captured(inside(place, "$DATA.provider.length"), "DATA").text()
}

/** What the code around calls the TUI's toasts. */
function toastAround(place: SgNode): string {
  for (const outer of place.ancestors()) {
    const call = outer.find('$TOAST.show({message:$MESSAGE,variant:"error"})')
    if (call) return captured(call, "TOAST").text()
  }
  return captured(inside(place, "$TOAST.show($OPTIONS)"), "TOAST").text()
}

const show = (toast: string, offline: string) =>
  `${toast}.show({ message: ${offline}.models.none(), variant: "warning", duration: 60000 })`

const tell = (toast: string, offline: string) =>
  `if (${offline}.models.none()) {\n  ${show(toast, offline)};\n  return;\n}`

export default definePatch({
  subject: "feat(provider): offer no model that cannot be reached when offline",
  why: "Lists, pickers and the default name models on the internet, which fail when they are asked; a person has to find out which of them can be used.",
  whyPatch:
    "Which providers there are is put together from catalogue, keys and configuration in upstream's code.",
  kind: "offline-only",
  upstream: [18233],
  removeWhen:
    "offline, upstream's `opencode models` lists nothing of a provider that no entry of the policy names",
  range: "*",
  level: "optional",
  edits: [
    {
      file: "src/provider/provider.ts",
      what: "the list of providers",
      find: { rule: { ...providers, inside: { stopBy: "end", ...functionNamed("list").rule } } },
      places: { main: 1, worker: 1 },
      change: offer,
    },
    {
      file: "src/server/routes/provider.ts",
      what: "the handler of the route provider.list",
      find: routeHandler("provider.list"),
      places: { main: 1, worker: 1 },
      change: catalogue,
    },
    { ...none, file: "src/provider/provider.ts", places: { main: 1, worker: 1 } },
    { ...warning, file: "src/cli/cmd/tui/component/prompt/index.tsx", places: { main: 1 } },
    { ...opening, file: "src/cli/cmd/tui/app.tsx", places: { main: 1 } },
    { ...connect, file: "src/cli/cmd/tui/app.tsx", places: { main: 1 } },
    { ...invitation, file: "src/cli/cmd/tui/context/local.tsx", places: { main: 1 } },
  ],
  effect: [
    { ...byEffect.list, file: "src/provider/provider.ts", places: { git: 1 } },
    { ...byEffect.defaults, file: "src/provider/provider.ts", places: { git: 2 } },
    {
      ...byEffect.answer,
      file: "src/server/routes/instance/httpapi/handlers/provider.ts",
      places: { git: 1 },
    },
    { ...none, file: "src/provider/provider.ts", places: { git: 1 } },
    { ...warning, file: "../tui/src/component/prompt/index.tsx", places: { git: 1 } },
    { ...opening, file: "../tui/src/app.tsx", places: { git: 1 } },
    { ...connect, file: "../tui/src/app.tsx", places: { git: 1 } },
    { ...invitation, file: "../tui/src/context/local.tsx", places: { git: 1 } },
  ],
  chunks: [
    { ...byEffect.list, anchor: '"Provider.list"', places: 1 },
    { ...byEffect.defaults, anchor: '"Provider.defaultModel"', places: 2 },
    { ...byEffect.answer, anchor: '"ProviderHttpApi.list"', places: 1 },
    { ...none, anchor: '"Provider.defaultModel"', places: 1 },
    { ...warning, anchor: '"Connect a provider to send prompts"', places: 1 },
    { ...opening, anchor: ".data.provider.length===0", places: 1 },
    { ...connect, anchor: '"provider.connect"', places: 1 },
    { ...invitation, anchor: '"No provider selected"', places: 1 },
  ],
})
