/** The text between quotes that an import or export statement, or `import()`, takes a module from. */
const IMPORTED = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\n]+)\2/g

/** What a module imports, as far as its text shows; a string or a comment that looks like an import counts too. */
export function importsOf(text: string): string[] {
  return Array.from(text.matchAll(IMPORTED), ([, , , specifier]) => specifier!)
}

/** The same text with other specifiers where `rename` gives one. Lines and columns in front of them stay. */
export function renameImports(text: string, rename: (specifier: string) => string | undefined): string {
  return text.replace(IMPORTED, (whole, keyword, quote, specifier) => {
    const renamed = rename(specifier)
    return renamed === undefined ? whole : `${keyword}${quote}${renamed}${quote}`
  })
}

/** A statement at the start of a line that needs a module when it is evaluated: no comment, no type. */
const STATEMENT =
  /^[^\S\n]*(?:import\s*|(?:import|export)\b(?!\s*type\b)[^"'`;()=]*?\bfrom\s*)(["'])([^"'\n]+)\1/gm

/** What a module cannot be evaluated without, as far as its text shows. */
export function statementImportsOf(text: string): string[] {
  return Array.from(text.matchAll(STATEMENT), ([, , specifier]) => specifier!)
}

/** Whether a file is an ES module, as all that import by statement are; minified, too. */
export function isModule(file: string, text: string): boolean {
  return (
    !/\.c[jt]s$/.test(file) && (/^\s*(import|export)\b/m.test(text) || /[;}](import|export)["'{*]/.test(text))
  )
}

/** The package that a specifier leads into, or undefined when it is a path, a URL or a builtin. */
export function packageOf(specifier: string): string | undefined {
  return /^(@[\w.~-]+\/)?[\w~-][\w.~-]*(?=\/|$)/.exec(specifier)?.[0]
}
