/** The parsers that are fetched when code of their language is drawn; none with OPENCODE_DISABLE_PARSER_FETCH. */
export function defaultParsers<T>(all: T[]): T[] {
  const flag = process.env["OPENCODE_DISABLE_PARSER_FETCH"]?.toLowerCase()
  return flag === "true" || flag === "1" ? [] : all
}
