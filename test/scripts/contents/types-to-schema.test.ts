import { expect, test } from "bun:test"
import { faultsOf, schemaOfType } from "../../../scripts/contents/types-to-schema.ts"
import { Failure } from "../../../scripts/lib/errors.ts"

const DECLARATIONS = `
/** Of nobody. */
export type Other = "a" | 'b';
export type Rule = "ask" | "deny";
export type Server = { type: "local"; command: Array<string>; } | { type: "remote"; url: string; };
export type Tree = { name?: string; below?: Array<Tree>; };
export type Config = {
    /** With a remark. */
    $schema?: string;
    count?: number | false;
    rules?: Rule | { [key: string]: Rule; };
    servers?: { [key: string]: Server; };
    agent?: { model?: string; [key: string]: unknown | string | undefined; };
    pairs?: Array<string | [string, { [key: string]: unknown; }]>;
    tree?: Tree;
    "with-dash"?: boolean;
};`

const schema = schemaOfType(DECLARATIONS, "Config", "a package")

test.each([
  {},
  { $schema: "x", count: false, "with-dash": true },
  { count: 1, rules: "ask" },
  { rules: { bash: "deny" } },
  { servers: { a: { type: "local", command: ["x"] }, b: { type: "remote", url: "y" } } },
  { agent: { model: "m", more: [1] }, pairs: ["a", ["b", { c: 1 }]] },
  { tree: { name: "a", below: [{ below: [{ name: "b" }] }] } },
])("%j has the form of its type", (value) => {
  expect(schema.safeParse(value).error).toBeUndefined()
})

test.each([
  [{ cuont: 1 }, "cuont: is not known"],
  [{ count: true }, "count: is not number or false"],
  [{ rules: { bash: "deyn" } }, 'rules.bash: is not "ask" or "deny"'],
  [{ servers: { a: { type: "remote" } } }, "servers.a.url: is missing"],
  [{ agent: { model: 1 } }, "agent.model: Invalid input: expected string, received number"],
  [{ tree: { below: [{ nmae: "b" }] } }, "tree.below.0.nmae: is not known"],
  [{ pairs: [1] }, "pairs.0: is not string or tuple"],
  [[], "the file: Invalid input: expected object, received array"],
])("%j has not, and it is said what is wrong, and where", (value, fault) => {
  expect(faultsOf(schema.safeParse(value).error!)).toEqual([fault])
})

test("a type that is not there, or is written in a way that is not known, is a failure, and no schema that takes anything", () => {
  const text = "export type Config = { a: Map<string, string>; b?: Missing; };"
  const read = (declarations: string, value: unknown) =>
    schemaOfType(declarations, "Config", "a package").safeParse(value)
  expect(() => read(text, {})).toThrow(Failure)
  expect(() => read(text, {})).toThrow("Map<string, string>")
  expect(() => read("export type Config = { b?: Missing; };", { b: 1 })).toThrow("the type Missing")
  expect(() => read("export type Other = string;", {})).toThrow("the type Config")
})
