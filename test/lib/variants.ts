/** Ways in which upstream's code may change without a place being another: what each makes of a file's text. */
export const VARIANTS: Record<string, (text: string) => string> = {
  "indented with tabs": (text) => text.replaceAll("  ", "\t"),
  "with semicolons": (text) => text.replace(/^( *(?:const|return|await) .*[^{(,>=])$(?!\n\s*[.?])/gm, "$1;"),
  "with its locals renamed": (text) =>
    text.replace(
      /(?<!"tui\.)\b(args|options|toast|server|dialog|cmd(?=: string)|found|response|c)\b(?!:| error)/g,
      "$1Other",
    ),
  "with a comment first in each block": (text) =>
    text.replace(/^( *)((?:export |async |if |function |handler).*\{)$/gm, "$1$2\n$1  // said by upstream"),
  "without namespaces": (text) => text.replace(/^export namespace \w+ \{\n([\s\S]*?)^\}\n/gm, "$1"),
  "imported by alias": (text) => text.replace(/from "\.{1,2}\/(?!package\.json)/g, 'from "@/'),
  "imported by relative path": (text) => text.replaceAll('from "@/', 'from "../'),
  "moved down within the file": (text) => `${"const unrelated = 1\n".repeat(40)}${text}`,
  "followed by other code": (text) => `${text}\nexport function unrelated() {\n  return 1\n}\n`,
}
