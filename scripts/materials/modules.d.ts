declare module "spdx-expression-parse" {
  namespace parse {
    type Info =
      | { license: string; plus?: true; exception?: string }
      | { left: Info; conjunction: "and" | "or"; right: Info }
  }
  /** @throws Error when the text is no SPDX expression */
  function parse(expression: string): parse.Info
  export = parse
}
