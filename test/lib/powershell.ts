import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { Language, type Node, Parser } from "web-tree-sitter"
import { readModuleGraph } from "../../scripts/container/index.ts"
import { pinWith, stockExecutable, target } from "./stock.ts"

// What can be told of a PowerShell script without PowerShell, which no registry in reach has: whether it can be read, by the
// grammar that upstream's newer releases have inside for the model's shell, and whether it names what is not there.

const GRAMMAR = /\/tree-sitter-powershell-[0-9a-z]+\.wasm$/

/** The cmdlets of PowerShell 5.1 that our scripts use, each with the parameters that they use. */
const CMDLETS: Record<string, string[]> = {
  "Get-ChildItem": ["-LiteralPath", "-Filter", "-File", "-Force"],
  "Get-FileHash": ["-Algorithm", "-LiteralPath"],
  "Join-Path": ["-Path", "-ChildPath"],
  "Remove-Item": ["-Path", "-LiteralPath", "-Force"],
  "Select-String": ["-LiteralPath", "-SimpleMatch", "-Quiet", "-Pattern"],
  "Set-Location": ["-LiteralPath"],
  "Set-StrictMode": ["-Version"],
  "Split-Path": ["-Path"],
  "Test-Path": ["-LiteralPath"],
  "Write-Host": [],
}

/** Variables that are there without being set. Of the environment any may be. */
const AUTOMATIC = /^\$(?:_|true|false|null|PSScriptRoot|LASTEXITCODE|env:\w+)$/i

/** What sets a variable: an assignment, a loop over values, a parameter of the script or of a function. */
const SETTERS = ["left_assignment_expression", "foreach_statement", "script_parameter"]

/**
 * Says what is wrong with a script, in the order of its lines; nothing of one that is right as far as this can tell.
 * @throws Error when upstream's release has no grammar inside
 */
export type Lint = (script: string) => string[]

/** Loads the grammar, once for all scripts. */
export async function loadLint(): Promise<Lint> {
  const parser = await loadParser()
  return (script) => {
    const tree = parser.parse(script)!
    return tree.rootNode.hasError
      ? [misread(tree.rootNode)]
      : [...unknownCommands(tree.rootNode), ...unsetVariables(tree.rootNode)]
  }
}

async function loadParser(): Promise<Parser> {
  const pin = await pinWith(() => true)
  const { modules } = readModuleGraph(await readFile(await stockExecutable(target.name, pin)))
  const grammar = modules.find(({ name }) => GRAMMAR.test(name))
  if (!grammar) throw new Error(`${pin.version} has no grammar of PowerShell inside`)
  const runtime = createRequire(import.meta.url).resolve("web-tree-sitter/tree-sitter.wasm")
  await Parser.init({ wasmBinary: await readFile(runtime) })
  return new Parser().setLanguage(await Language.load(grammar.contents))
}

function misread(root: Node): string {
  const first = root.descendantsOfType("ERROR")[0] ?? find(root, ({ isMissing }) => isMissing) ?? root
  return at(first, "cannot be read")
}

function unknownCommands(root: Node): string[] {
  const own = texts(root, "function_name")
  return root.descendantsOfType("command").flatMap((command) => {
    const name = command!.childForFieldName("command_name")!
    if (name.type !== "command_name" || own.includes(name.text)) return []
    const parameters = CMDLETS[name.text]
    if (!parameters) return [at(name, `${name.text} is no command that is known`)]
    const elements = command!.childForFieldName("command_elements")?.namedChildren ?? []
    return elements
      .filter((part) => part!.type === "command_parameter" && !parameters.includes(part!.text))
      .map((part) => at(part!, `${name.text} has no ${part!.text}`))
  })
}

function unsetVariables(root: Node): string[] {
  const set = SETTERS.flatMap((type) =>
    root.descendantsOfType(type).map((setter) => setter!.descendantsOfType("variable")[0]!.text),
  )
  return root
    .descendantsOfType("variable")
    .filter((variable) => !AUTOMATIC.test(variable!.text) && !set.includes(variable!.text))
    .map((variable) => at(variable!, `${variable!.text} is not set`))
}

function texts(root: Node, type: string): string[] {
  return root.descendantsOfType(type).map((node) => node!.text)
}

function find(node: Node, is: (node: Node) => boolean): Node | undefined {
  if (is(node)) return node
  for (const child of node.children) {
    const found = find(child!, is)
    if (found) return found
  }
  return undefined
}

function at({ startPosition }: Node, what: string): string {
  return `line ${startPosition.row + 1}: ${what}`
}
