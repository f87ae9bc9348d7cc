import type { Command } from "./commands.ts"
import { completions, quoted, spelled, steps } from "./completion.ts"

/** A script that completes in bash, without a program and without the package bash-completion. */
export function bashCompletion(root: Command): string {
  const all = completions(root)
  const choices = all.flatMap(({ at, options }) =>
    options.filter((option) => option.choices.length > 0).map((option) => ({ at, option })),
  )
  const valued = all.flatMap(({ at, options }) =>
    options
      .filter((option) => option.takesValue)
      .flatMap((option) => spelled(option).map((word) => `${at} ${word}`)),
  )
  return `# Completes the commands and options of opencode in bash. Made from what each says on --help.
_opencode() {
  local at='' word index IFS=$' \\t\\n'
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  # bash takes --format=json for three words.
  if [ "$current" = '=' ]; then
    current=''
  elif [ "$previous" = '=' ]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case "$at $word" in
${steps(root)
  .map(({ from, word, to }) => `      ${quoted(`${from} ${word}`)}) at=${quoted(to)} ;;`)
  .join("\n")}
    esac
  done
  case "$at $previous" in
${choices
  .map(
    ({ at, option }) =>
      `    ${spelled(option)
        .map((word) => quoted(`${at} ${word}`))
        .join(" | ")})
      COMPREPLY=($(compgen -W ${quoted(option.choices.join(" "))} -- "$current"))
      return
      ;;`,
  )
  .join("\n")}
    # A value of the person's own: bash offers files.
    ${valued.map(quoted).join(" | ")}) return ;;
  esac
  local commands='' options=''
  case $at in
${all
  .map(
    ({ at, commands, options }) =>
      `    ${quoted(at)})
      commands=${quoted(commands.map(({ name }) => name).join(" "))}
      options=${quoted(options.flatMap(spelled).join(" "))}
      ;;`,
  )
  .join("\n")}
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$commands" -- "$current")) ;;
  esac
}
complete -o bashdefault -o default -F _opencode opencode
`
}
