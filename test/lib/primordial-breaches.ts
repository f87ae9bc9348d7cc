import { Lang, parse, type SgNode } from "@ast-grep/napi"

/** Methods of builtin prototypes: each can be replaced, and then says something else. */
const METHODS = new Set([
  ..."at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf match matchAll padStart".split(
    " ",
  ),
  ..."repeat replace replaceAll slice split startsWith substring toLowerCase toUpperCase trim test exec".split(
    " ",
  ),
  ..."every filter find findIndex flat flatMap forEach join map pop push reduce reverse shift some sort splice".split(
    " ",
  ),
  ..."isFile isDirectory update digest findLast trimStart trimEnd substr search normalize fill hasOwnProperty".split(
    " ",
  ),
  ..."unshift keys values entries has get set add delete append call apply bind then catch finally toString".split(
    " ",
  ),
])

/** Globals that can be replaced, or whose functions can. */
const GLOBALS = new Set(
  "Object Reflect JSON Array Number Boolean String Math Promise Symbol URL URLSearchParams Headers Request Response Set Map RegExp Date".split(
    " ",
  ),
)

/** What is done when the guard is put up, ahead of any other code; what it leaves behind decides. */
const AT_START = /^(intercept|install|create|hold|replace|refuse|guard|keep|methodsOf)/

/**
 * Where code that decides uses what a program can replace: methods of builtins, globals, the iteration of arrays,
 * `instanceof`. What runs as the guard is put up does not decide.
 * @returns `line: text` of each
 */
export function breaches(source: string): string[] {
  const root = parse(Lang.TypeScript, source).root()
  const objects = new Set([...GLOBALS, ...moduleObjects(root)])
  return KINDS.flatMap((kind) => root.findAll({ rule: { kind } }))
    .filter((node) => isBreach(node, objects) && isDeciding(node))
    .map((node) => ({ line: node.range().start.line + 1, text: node.text().split("\n")[0]! }))
    .sort((a, b) => a.line - b.line)
    .map(({ line, text }) => `${line}: ${text}`)
}

const KINDS = [
  "call_expression",
  "new_expression",
  "spread_element",
  "array_pattern",
  "for_in_statement",
  "binary_expression",
  "member_expression",
]

/** Modules as objects: their functions can be replaced. What is imported by its name is taken at once. */
function moduleObjects(root: SgNode): string[] {
  return root
    .findAll({ rule: { kind: "import_clause", has: { kind: "identifier" } } })
    .map((clause) => clause.children()[0]!.text())
}

function isBreach(node: SgNode, objects: Set<string>): boolean {
  switch (node.kind()) {
    case "call_expression":
      return callsWhatCanBeReplaced(node.field("function"), objects)
    case "new_expression":
      return GLOBALS.has(node.field("constructor")?.text() ?? "")
    // An object is spread without iteration.
    case "spread_element":
      return node.parent()?.kind() !== "object"
    case "for_in_statement":
      return node.field("operator")?.text() === "of"
    case "binary_expression":
      return node.field("operator")?.text() === "instanceof"
    case "member_expression":
      return saysOfProcess(node)
    default:
      return true
  }
}

/** The process's environment is what children are given, whatever became of it. */
function saysOfProcess(node: SgNode): boolean {
  return node.field("object")?.text() === "process" && node.field("property")?.text() !== "env"
}

function callsWhatCanBeReplaced(called: SgNode | null, objects: Set<string>): boolean {
  if (called?.kind() === "identifier") return GLOBALS.has(called.text())
  if (called?.kind() !== "member_expression") return false
  const object = called.field("object")
  if (object?.kind() === "identifier" && objects.has(object.text())) return true
  return METHODS.has(called.field("property")?.text() ?? "")
}

function isDeciding(node: SgNode): boolean {
  const around = node.ancestors().filter((one) => FUNCTIONS.has(String(one.kind())))
  return around.some(
    (one) => one.kind() !== "function_declaration" || !AT_START.test(one.field("name")?.text() ?? ""),
  )
}

const FUNCTIONS = new Set([
  "function_declaration",
  "function_expression",
  "arrow_function",
  "method_definition",
])
