import { Lang, parse, type SgNode } from "@ast-grep/napi"
import { findHosts } from "./hosts-in-code.ts"
import { decodeModule } from "./module-text.ts"
import type { Code } from "./read-code.ts"

/** A place in upstream's code that connects, to where no literal at that place says. */
export interface ConnectSite {
  /** What is called there: `fetch`, `WebSocket`, `http.request`. */
  calls: string
  module: string
  /** The texts of what is around it, from the inside out, without the module itself. */
  around: string[]
}

/** The functions of the runtime's modules that connect. */
const CONNECTING: Record<string, RegExp> = {
  http: /^(?:request|get)$/,
  https: /^(?:request|get)$/,
  http2: /^connect$/,
  net: /^(?:connect|createConnection)$/,
  tls: /^connect$/,
}
const GLOBAL = /^(?:(?:globalThis|window|self|global)\.)?(fetch|WebSocket|EventSource)$/
/** What a module that calls one of these has, so that the others need not be parsed. */
const HAS_GLOBAL = /\b(?:fetch|WebSocket|EventSource)\(/

/** Names of a module's variables: of each, which of the runtime's modules it is, or which function of it. */
type Builtins = Map<string, { module: string; name?: string }>

/** The places that connect to what is not written there, in the code of a release. */
export function findConnectSites({ modules }: Pick<Code, "modules">): ConnectSite[] {
  return modules.flatMap((module) => {
    const text = decodeModule(module)
    const builtins = readBuiltins(text)
    return HAS_GLOBAL.test(text) || builtins.size > 0 ? sitesOf(module.name, text, builtins) : []
  })
}

function sitesOf(module: string, text: string, builtins: Builtins): ConnectSite[] {
  const names = [...builtins.keys()].map((name) => RegExp.escape(name))
  const callee = `(?:^|\\.)(?:fetch|WebSocket|EventSource|request|get|connect|createConnection)\\)?$${names.map((name) => `|^${name}$`).join("")}`
  const rule = (kind: string, field: string) => ({ kind, has: { field, regex: callee } })
  const calls = parse(Lang.JavaScript, text)
    .root()
    .findAll({ rule: { any: [rule("call_expression", "function"), rule("new_expression", "constructor")] } })
  return calls.flatMap((call) => {
    const name = calledBy(call, builtins)
    const where = call
      .field("arguments")
      ?.children()
      .find((child) => child.isNamed())
    if (!name || isWritten(where?.text() ?? "")) return []
    const around = call.ancestors().filter((node) => node.kind() !== "program")
    return [{ calls: name, module, around: around.map((node) => node.text()) }]
  })
}

/** Whether a host is in it: those are counted by their names (hosts-in-code.ts). */
function isWritten(where: string): boolean {
  return findHosts([where]).some((host) => host !== "*")
}

/** What a call connects by; undefined of any other call. */
function calledBy(call: SgNode, builtins: Builtins): string | undefined {
  const callee = (call.field("function") ?? call.field("constructor"))!.text()
  const global = GLOBAL.exec(callee)
  if (global) return global[1]
  const own = builtins.get(callee)
  if (own?.name) return connecting(own.module, own.name)
  const [, object, name] = /^(.{1,100})\.(\w+)\)?$/s.exec(callee) ?? []
  const found = object
    ?.match(/[\w$]+/g)
    ?.map((part) => builtins.get(part))
    .find((one) => one && !one.name)
  return found && connecting(found.module, name!)
}

function connecting(module: string, name: string): string | undefined {
  return CONNECTING[module]!.test(name) ? `${module}.${name}` : undefined
}

/** The variables of a module that are a module of the runtime's that connects, or a function of one. */
function readBuiltins(text: string): Builtins {
  const of = `["'](?:node:)?(${Object.keys(CONNECTING).join("|")})["']`
  const whole = [
    new RegExp(`\\bimport\\s*(?:\\*\\s*as\\s+)?([\\w$]+)\\s*from\\s*${of}`, "g"),
    new RegExp(`(?<![\\w$.])([\\w$]+)\\s*=\\s*(?:[\\w$.]+\\()*[\\w$.]+\\(${of}`, "g"),
  ]
  const found: Builtins = new Map()
  for (const pattern of whole)
    for (const [, variable, module] of text.matchAll(pattern)) found.set(variable!, { module: module! })
  for (const [, list, module] of text.matchAll(
    new RegExp(`\\bimport\\s*\\{([^}]*)\\}\\s*from\\s*${of}`, "g"),
  ))
    for (const [, name, , variable = name] of list!.matchAll(/([\w$]+)(\s+as\s+([\w$]+))?/g))
      found.set(variable!, { module: module!, name: name! })
  return found
}
