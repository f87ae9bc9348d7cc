import { atStart, captured, definePatch, inside, part } from "./lib.ts"

export default definePatch({
  subject: "feat(tui): colour code by the grammars inside the executable instead of fetching them",
  why: "To draw a code block the TUI fetches the language's grammar and its query from GitHub and runs them: without internet code has no colours, behind a firewall it waits for them, and no hash is checked of what is run.",
  whyPatch:
    "Grammars are fetched in a worker of OpenTUI's. Its configuration takes files instead, but those would be 40 MB in the executable, or written to disk at each start.",
  kind: "upstreamable",
  upstream: [],
  removeWhen: "offline, upstream's TUI draws a block of Python in colours and makes no connection",
  range: "*",
  level: "required",
  edits: [
    {
      file: "node_modules/@opentui/core/",
      what: "the method of the parser worker that loads the grammar of a language",
      anchor: "loadFiletypeParser",
      find: {
        rule: { kind: "method_definition", has: { field: "name", regex: "^loadFiletypeParser$" } },
      },
      places: { parser: 1 },
      change: (place, offline) => {
        const worker = place.parent()!
        const language = captured(inside(worker, "$LANGUAGE.load($PATH)"), "LANGUAGE").text()
        const query = captured(inside(worker, "new $QUERY(language, $TEXT)"), "QUERY").text()
        const [filetype] = part(place, "parameters")
          .children()
          .filter((child) => child.isNamed())
        const lines = [
          `const options = this.filetypeParserOptions.get(${filetype!.text()});`,
          `const grammar = await ${offline}?.grammar(options);`,
          "if (grammar === null) return;",
          "if (grammar) {",
          `  const language = await ${language}.load(grammar.wasm);`,
          `  return { ...options, language, queries: { highlights: new ${query}(language, grammar.highlights) } };`,
          "}",
        ]
        return [atStart(place, lines.join("\n"))]
      },
    },
  ],
})
