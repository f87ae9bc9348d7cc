import {
  type Change,
  definePatch,
  effectFunction,
  enclosing,
  inside,
  parameterNames,
  part,
  replace,
} from "./lib.ts"

type Place = Parameters<Change["change"]>[0]

/** What a function gives back at its end, by a name. */
const RESULT = { kind: "return_statement", has: { kind: "identifier" } } as const

/** The value of `return NAME`, given to one of our functions first. */
function throughOurs(place: Place, call: (value: string) => string) {
  const value = inside(place, { rule: { kind: "identifier" } })
  return [replace(value, call(value.text()))]
}

/** The parameters of the function that a place stands in. */
function parameters(place: Place, kind = "function_declaration"): string[] {
  return parameterNames(enclosing(place, kind))
}

/** The result of the function that has such a text in it. */
const resultOfWhatHas = (text: { kind: string; regex: string }) => ({
  rule: {
    ...RESULT,
    inside: {
      kind: "statement_block",
      inside: { kind: "function_declaration", has: { stopBy: "end" as const, ...text } },
    },
  },
})

const settings: Change = {
  what: "what the function that parses a file of configuration gives back",
  find: resultOfWhatHas({ kind: "template_string", regex: "--- JSONC Input ---" }),
  change: (place, offline) =>
    throughOurs(place, (value) => `${offline}.project.settings(${value},${parameters(place)[1]})`),
}

/** The folder that a search for files which are imported begins in. */
function folder(pattern: string): Change {
  return {
    what: `the folder that ${pattern} is looked for in`,
    find: {
      rule: {
        kind: "pair",
        has: { field: "key", regex: "^cwd$" },
        inside: {
          kind: "object",
          inside: { kind: "arguments", has: { kind: "string", regex: `^"${escapeRegExp(pattern)}"$` } },
        },
      },
    },
    change: (place, offline) => {
      const value = part(place, "value")
      return [replace(value, `${offline}.project.folder(${value.text()},${JSON.stringify(pattern)})`)]
    },
  }
}

const plugins = folder("{plugin,plugins}/*.{ts,js}")
const tools = folder("{tool,tools}/*.{js,ts}")

const commands: Change = {
  what: "the commands that a configuration folder has",
  find: resultOfWhatHas({ kind: "string", regex: '^"\\{command,commands\\}/\\*\\*/\\*\\.md"$' }),
  change: (place, offline) =>
    throughOurs(place, (value) => `${offline}.project.commands(${value},${parameters(place)[0]})`),
}

const shell: Omit<Change, "find"> = {
  what: "the parts of a command's text that a shell is to run",
  change: (place, offline) => {
    const outer = place
      .ancestors()
      .find((node) => /^(generator_function|function_declaration)$/.test(String(node.kind())))!
    const template = inside(outer, {
      rule: { kind: "member_expression", has: { field: "property", regex: "^template$" } },
    })
    const command = part(template, "object").text()
    return [replace(place, `${offline}.project.shell(${command},${place.text()})`)]
  },
}

const frontMatter: Omit<Change, "find"> = {
  what: "a call of the parser of front matter",
  change: (place, offline) => {
    const words = part(place, "arguments")
    return [replace(words, `${words.text().slice(0, -1)},${offline}.project.frontMatter())`)]
  },
}

const matter: Change = {
  ...frontMatter,
  find: {
    rule: {
      kind: "call_expression",
      has: { field: "function", regex: "^(matter|import_gray_matter\\d*\\.default)$" },
    },
  },
}

/** A file of the server's newer API, by what is left of `true` in minified code, too. */
const newerSettings: Change & { anchor: string } = {
  what: "what the server's newer API reads from a file of configuration",
  anchor: '"Config.entries"',
  find: {
    rule: {
      kind: "call_expression",
      has: { field: "arguments", regex: ",\\s*\\{\\s*allowTrailingComma:\\s*(!0|true),?\\s*\\}\\)$" },
    },
  },
  change: (place, offline) => [
    replace(
      place,
      `${offline}.project.settings(${place.text()},${parameters(place, "generator_function")[0]})`,
    ),
  ],
}

const shellOfEffect: Change & { anchor: string } = {
  ...shell,
  anchor: '"SessionPrompt.command"',
  find: {
    rule: {
      kind: "call_expression",
      has: { field: "function", kind: "member_expression", has: { field: "property", regex: "^shell$" } },
      inside: { ...effectFunction("SessionPrompt.command").rule, stopBy: "end" },
    },
  },
}

export default definePatch({
  subject: "feat(config): leave out what a project's own files would run",
  why: "Whoever opens a repository runs its plugins, tools, servers and commands before a question is asked. Where a repository is not trusted, its settings are wanted and its code is not.",
  whyPatch:
    "OPENCODE_DISABLE_PROJECT_CONFIG leaves out all of a project's configuration, and in 1.17 and later not that of the server's newer API.",
  kind: "offline-only",
  upstream: [18233],
  removeWhen: "upstream has a setting by which a project's plugins, tools, servers and commands are not run",
  range: "*",
  level: "required",
  edits: [
    {
      file: "src/config/paths.ts",
      what: settings.what,
      find: {
        rule: {
          ...RESULT,
          inside: {
            kind: "statement_block",
            inside: { kind: "function_declaration", has: { field: "name", regex: "^parseText$" } },
          },
        },
      },
      places: { main: 1, worker: 1 },
      change: settings.change,
    },
    { ...plugins, file: "src/config/config.ts", places: { main: 1, worker: 1 } },
    { ...tools, file: "src/tool/registry.ts", places: { main: 1, worker: 1 } },
    { ...commands, file: "src/config/config.ts", places: { main: 1, worker: 1 } },
    {
      ...shell,
      file: "src/session/prompt.ts",
      find: {
        rule: { kind: "call_expression", has: { field: "function", regex: "^ConfigMarkdown\\.shell$" } },
      },
      places: { main: 1, worker: 1 },
    },
    { ...matter, file: "src/config/markdown.ts", places: { main: 2, worker: 2 } },
  ],
  effect: [
    { ...settings, file: "src/config/parse.ts", places: { git: 1 } },
    { ...newerSettings, file: "../core/src/config.ts", places: { git: 1 } },
    { ...plugins, file: "src/config/plugin.ts", places: { git: 1 } },
    { ...plugins, file: "../core/src/config/plugin/external.ts", places: { git: 1 } },
    { ...tools, file: "src/tool/registry.ts", places: { git: 1 } },
    { ...commands, file: "src/config/command.ts", places: { git: 1 } },
    { ...shellOfEffect, file: "src/session/prompt.ts", places: { git: 1 } },
    { ...matter, file: "../core/src/config/markdown.ts", places: { git: 2 } },
  ],
  chunks: [
    { ...settings, anchor: "--- JSONC Input ---", places: 1 },
    { ...newerSettings, places: { ">=1.17.0": 1 } },
    {
      ...plugins,
      anchor: '"{plugin,plugins}/*.{ts,js}"',
      places: { "<1.17.11": 1, ">=1.17.11": 2 },
    },
    { ...tools, anchor: '"{tool,tools}/*.{js,ts}"', places: 1 },
    { ...commands, anchor: '"{command,commands}/**/*.md"', places: 1 },
    { ...shellOfEffect, places: 1 },
    {
      ...frontMatter,
      anchor: "ConfigMarkdown:()=>",
      // What takes the front matter out stands beside the function that parses it.
      beside: ["/^---\\r?\\n("],
      find: {
        rule: {
          kind: "call_expression",
          has: { field: "function", regex: "^[\\w$]+\\.default$" },
          inside: {
            kind: "return_statement",
            inside: {
              kind: "statement_block",
              inside: { any: [{ kind: "try_statement" }, { kind: "catch_clause" }] },
            },
          },
        },
      },
      places: 2,
    },
  ],
})

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
