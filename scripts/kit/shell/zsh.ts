import type { Command } from "./commands.ts"
import { completions, quoted, spelled, steps } from "./completion.ts"

/** A function that completes in zsh, from a folder of its fpath. */
export function zshCompletion(root: Command): string {
  const all = completions(root)
  const valued = all.flatMap(({ at, options }) =>
    options.filter(({ takesValue }) => takesValue).map((option) => ({ at, option })),
  )
  return `#compdef opencode
# Completes the commands and options of opencode in zsh. Made from what each says on --help.

_opencode() {
  local at='' word
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
${steps(root)
  .map(({ from, word, to }) => `      ${quoted(`${from} ${word}`)}) at=${quoted(to)} ;;`)
  .join("\n")}
    esac
  done
  # A value, behind a blank or an equals sign.
  local option=\${words[CURRENT-1]}
  if compset -P '--[a-z-]#='; then option=\${IPREFIX%=}; fi
  case "$at $option" in
${valued
  .map(
    ({ at, option }) =>
      `    ${spelled(option)
        .map((word) => quoted(`${at} ${word}`))
        .join(
          " | ",
        )}) ${option.choices.length > 0 ? `compadd -- ${option.choices.join(" ")}` : "_files"}; return ;;`,
  )
  .join("\n")}
  esac
  case $at in
${all
  .map(
    ({ at, commands, options }) =>
      `    ${quoted(at)})
      commands=(${commands.map(({ name, about }) => item(name, about)).join(" ")})
      options=(${options.flatMap((option) => spelled(option).map((word) => item(word, option.about))).join(" ")})
      ;;`,
  )
  .join("\n")}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o option options
  elif (( \${#commands} )); then
    _describe command commands || _files
  else
    _files
  fi
}

_opencode "$@"
`
}

/** As `_describe` takes it: a colon parts the two. */
function item(word: string, about: string): string {
  return quoted(about === "" ? word : `${word}:${about}`)
}
