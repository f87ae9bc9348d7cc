import { Lang, parse, type SgNode } from "@ast-grep/napi"
import type { WebUiFile } from "../../../offline/build/write-pack.ts"
import type { EmbeddedModule, ModuleGraph } from "../../container/index.ts"
import { Failure } from "../../lib/errors.ts"

const indexModule = "opencode-web-ui.gen.js"

/** Cloudflare's header rules: for upstream's host, not for the browser. */
const forUpstreamsHost = ["/_headers"]

/**
 * The files of the web UI inside an OpenCode executable (1.14.34 and later), in the order of their paths. The
 * executable's `opencode-web-ui.gen.js` exports an object from URL paths to the names of embedded files.
 *
 * Throws a Failure when there is no such module, or it has another form, or names a file that is not embedded.
 */
export function readWebUi(graph: Pick<ModuleGraph, "modules">): WebUiFile[] {
  const index = findIndex(graph)
  const embedded = new Map(graph.modules.map((module) => [module.name, module]))
  const files = [...readIndex(new TextDecoder().decode(index.contents))].map(([path, name]) => ({
    path: `/${path}`,
    content: contentOf(embedded.get(name), path, name),
  }))
  if (!files.some((file) => file.path === "/index.html")) throw noWebUi("it has no index.html")
  return files
    .filter((file) => !forUpstreamsHost.includes(file.path))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The module that lists the files. Throws a Failure when there is none. */
export function findIndex(graph: Pick<ModuleGraph, "modules">): EmbeddedModule {
  const index = graph.modules.find((module) => module.name.endsWith(`/${indexModule}`))
  if (index) return index
  throw noWebUi(`it has no module ${indexModule}`)
}

function contentOf(module: EmbeddedModule | undefined, path: string, name: string): Uint8Array {
  if (!module) throw noWebUi(`it lists ${path} as ${name}, which is not embedded`)
  return module.contents
}

/** From `var a="/$bunfs/…"; var all={"index.html":a}; export{all as default}` to path → embedded name. */
function readIndex(source: string): Map<string, string> {
  const root = parse(Lang.JavaScript, source).root()
  const values = new Map<string, SgNode>()
  for (const declarator of root.findAll({ rule: { kind: "variable_declarator" } })) {
    const value = declarator.field("value")
    if (value) values.set(declarator.field("name")!.text(), value)
  }
  const exported = root
    .findAll({ rule: { kind: "export_specifier" } })
    .find((specifier) => specifier.field("alias")?.text() === "default")
  const object = values.get(exported?.field("name")?.text() ?? "")
  if (object?.kind() !== "object") throw noWebUi(`${indexModule} has no object as its default export`)
  return new Map(
    object
      .children()
      .filter((child) => child.isNamed())
      .map((pair) => readPair(pair, values)),
  )
}

function readPair(pair: SgNode, values: Map<string, SgNode>): [string, string] {
  const key = pair.field("key")
  const value = pair.field("value")
  const target = value?.kind() === "identifier" ? values.get(value.text()) : value
  if (pair.kind() !== "pair" || !key || target?.kind() !== "string")
    throw noWebUi(`${indexModule} has an entry of another form: ${pair.text().slice(0, 80)}`)
  return [key.kind() === "string" ? stringValue(key) : key.text(), stringValue(target)]
}

function stringValue(literal: SgNode): string {
  const text = literal.text().slice(1, -1)
  if (text.includes("\\")) throw noWebUi(`${indexModule} has a name with an escape: ${text}`)
  return text
}

function noWebUi(why: string): Failure {
  return new Failure({
    what: "The web UI cannot be read from the executable that the pin names for it",
    why,
    next: 'Name a package that has the web UI inside (opencode-linux-x64 1.14.34 or later) as the pin\'s "webUi".',
  })
}
