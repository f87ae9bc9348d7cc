import type { Command, Option } from "./commands.ts"
import { completions, steps } from "./completion.ts"

/** A script that completes in fish, from one of its folders for what others bring. */
export function fishCompletion(root: Command): string {
  const lines = completions(root).flatMap(({ at, commands, options }) => {
    const start = `complete -c opencode -n ${quoted(`__opencode_at ${quoted(at)}`)}`
    // The program itself may be given a folder.
    const files = at === "" ? "" : " -f"
    return [
      ...commands.map(({ name, about }) => `${start}${files} -a ${quoted(name)}${describe(about)}`),
      ...options.map((option) => `${start}${spelled(option)}${value(option)}${describe(option.about)}`),
    ]
  })
  return `# Completes the commands and options of opencode in fish. Made from what each says on --help.

# Whether the words on the command line so far are those of a command.
function __opencode_at
    set -l at ''
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        switch "$at $word"
${steps(root)
  .map(
    ({ from, word, to }) =>
      `            case ${quoted(`${from} ${word}`)}\n                set at ${quoted(to)}`,
  )
  .join("\n")}
        end
    end
    test "$at" = "$argv[1]"
end

${lines.join("\n")}
`
}

function spelled({ names }: Option): string {
  return names.map((name) => (name.length === 1 ? ` -s ${name}` : ` -l ${name}`)).join("")
}

function value({ takesValue, choices }: Option): string {
  if (choices.length > 0) return ` -x -a ${quoted(choices.join(" "))}`
  return takesValue ? " -r" : ""
}

function describe(about: string): string {
  return about === "" ? "" : ` -d ${quoted(about)}`
}

/** Between single quotes fish knows two characters that mean more than themselves. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`
}
