import { basename } from "node:path"

/** An origin as it may be printed and recorded: a URL without login, query and fragment, or the name of a local file. */
export function showUrl(url: string): string {
  if (!/^[a-z][a-z+]+:\/\//i.test(url)) {
    const remote = /^(?:[^/@]*@)?([\w.-]+:[^\\].*)$/.exec(url)?.[1]
    return remote ?? basename(url)
  }
  if (/^file:/i.test(url)) return basename(url)
  const parsed = new URL(url)
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

/** A text of git's with every login in a URL left out. */
export function withoutLogins(text: string): string {
  return text.replace(/(:\/\/)[^/@\s]*@/g, "$1")
}
