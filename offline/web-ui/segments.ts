/**
 * The names that the path of a request is made of, decoded. Hono gives a path that is partly decoded, Effect one as it was
 * sent; both come to the same here.
 * @param path begins with `/`
 * @returns undefined when a name could be read as more than one, or as another folder: `..`, `a%2fb`, `a\b`
 */
export function segmentsOf(path: string): string[] | undefined {
  try {
    const names = path.slice(1).split("/").map(decodeURIComponent)
    return names.some((name) => /^\.{1,2}$|[/\\\0]/.test(name)) ? undefined : names
  } catch {
    return undefined
  }
}
