import type { NapiConfig, Rule, SgNode } from "@ast-grep/napi"
import { Failure } from "../lib/errors.ts"
import { part } from "./edits.ts"

/** A function declaration by its name; Bun's bundler adds digits to a name that another file uses too. */
export function functionNamed(name: string): NapiConfig {
  return { rule: { kind: "function_declaration", has: { field: "name", regex: `^${name}\\d*$` } } }
}

/** A method by its name, in any class. */
export function methodNamed(name: string): NapiConfig {
  return { rule: { kind: "method_definition", has: { field: "name", regex: `^${name}$` } } }
}

/**
 * The function of a Hono route, by the operation id that its `describeRoute` gives it.
 * @param describe how that function's name may read; minified it may be any
 */
export function routeHandler(operationId: string, describe = "^describeRoute\\d*$"): NapiConfig {
  return {
    rule: {
      kind: "arrow_function",
      inside: {
        kind: "arguments",
        has: {
          kind: "call_expression",
          all: [
            { has: { field: "function", regex: describe } },
            { has: { ...property("operationId", `"${escapeRegExp(operationId)}"`), stopBy: "end" } },
          ],
        },
      },
    },
  }
}

/** The generator of an Effect function in minified code, by the name that it is traced under: `X.fn("NAME")(function*(…){…})`. */
export function effectFunction(name: string): NapiConfig {
  return {
    rule: {
      kind: "generator_function",
      inside: {
        kind: "arguments",
        inside: {
          kind: "call_expression",
          has: {
            field: "function",
            kind: "call_expression",
            has: { field: "arguments", regex: `^\\("${escapeRegExp(name)}"` },
          },
        },
      },
    },
  }
}

/** What the code calls the namespace of Effect, where that generator stands: the `X` of `X.fn("NAME")`. */
export function namespaceOf(generator: SgNode): string {
  const call = generator.parent()?.parent()
  const namespace = call?.field("function")?.field("function")?.field("object")
  if (namespace) return namespace.text()
  throw new Failure({
    what: `A generator is not the argument of an Effect function: ${generator.text().slice(0, 80)}`,
    why: "the patch was written for one",
    next: "look at upstream's new code and mend the patch",
  })
}

/** A call of a method whose first argument is that string: `.all("/*", …)`. */
export function hasFirstArgument(method: string, argument: string): NapiConfig {
  return {
    rule: {
      kind: "call_expression",
      all: [
        { has: { field: "function", has: { field: "property", regex: `^${method}$` } } },
        { has: { field: "arguments", has: { nthChild: 1, regex: `^"${escapeRegExp(argument)}"$` } } },
      ],
    },
  }
}

/** A property by its name and its value's text, both as regular expressions that must match in full. */
export function property(name: string, value: string): Rule {
  return {
    kind: "pair",
    all: [{ has: { field: "key", regex: `^${name}$` } }, { has: { field: "value", regex: `^${value}$` } }],
  }
}

/** The function that a `pair` holds, or the node itself when it is a function already. */
export function functionOf(place: SgNode): SgNode {
  return place.kind() === "pair" ? part(place, "value") : place
}

/** The names of a function's parameters, without types and default values. */
export function parameterNames(fn: SgNode): string[] {
  const single = fn.field("parameter")
  if (single) return [single.text()]
  const parameters = part(fn, "parameters").children()
  return parameters
    .filter((child) => child.isNamed())
    .map((child) => (child.field("pattern") ?? child.field("left") ?? child).text())
}

/** The name of a function's first parameter. */
export function firstParameter(fn: SgNode): string {
  const [first] = parameterNames(fn)
  if (first !== undefined) return first
  throw new Failure({
    what: `A function has no parameter: ${fn.text().slice(0, 80)}`,
    why: "the patch was written for a function with one",
    next: "look at upstream's new code and mend the patch",
  })
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
