import type { SgNode } from "@ast-grep/napi"
import {
  atStart,
  type Change,
  captured,
  definePatch,
  type Edit,
  firstParameter,
  inside,
  methodNamed,
} from "./lib.ts"

const load: Change & { anchor: string } = {
  what: "the method of the parser worker that loads the grammar of a language",
  anchor: "loadFiletypeParser",
  find: methodNamed("loadFiletypeParser"),
  change: (place, offline) => {
    const { language, query } = treeSitter(place.parent()!)
    const lines = [
      `const options = this.filetypeParserOptions.get(${firstParameter(place)});`,
      `const grammar = await ${offline}?.grammar(options);`,
      "if (grammar === null) return;",
      "if (grammar) {",
      `  const language = await ${language}.load(grammar.wasm);`,
      `  return { ...options, language, queries: { highlights: new ${query}(language, grammar.highlights) } };`,
      "}",
    ]
    return [atStart(place, lines.join("\n"))]
  },
}

/** The names of tree-sitter's two classes, from where the worker's own methods use them. */
function treeSitter(worker: SgNode): { language: string; query: string } {
  const loading = inside(inside(worker, methodNamed("loadLanguage")), "await $LANGUAGE.load($PATH)")
  const asking = inside(inside(worker, methodNamed("createQueries")), "new $QUERY($GRAMMAR, $TEXT)")
  return { language: captured(loading, "LANGUAGE").text(), query: captured(asking, "QUERY").text() }
}

const edits: Edit[] = [{ ...load, file: "node_modules/@opentui/core/", places: { parser: 1 } }]

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
  edits,
  effect: edits,
  chunks: [{ ...load, places: 1 }],
})
