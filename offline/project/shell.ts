/** What upstream runs in a shell as a command's text is made. */
const SUBSTITUTION = /!`[^`]+`/

/** Words of a command's text that the person's own take the place of, or nothing does. */
const PLACEHOLDER = /\$(?:\d+|ARGUMENTS)/g

/** Whether a command's text has a shell run something, also once its placeholders are empty. */
export function runsShell(template: string): boolean {
  return SUBSTITUTION.test(template) || SUBSTITUTION.test(template.replace(PLACEHOLDER, ""))
}

/** Whether a Markdown file's front matter is a program, which the parser inside upstream evaluates. */
export function hasProgram(text: string): boolean {
  return /^\uFEFF?---[^\S\n]*(?!(?:ya?ml|json)\b)[a-z]/i.test(text)
}
