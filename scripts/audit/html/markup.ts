/** Text that is HTML already. */
export interface Markup {
  text: string
}

type Value = string | number | Markup | Value[]

/** Makes HTML of a template: what is put in is escaped, unless it was made by this too. */
export function markup(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return {
    text: parts.map((part, index) => part + (index < values.length ? render(values[index]!) : "")).join(""),
  }
}

/** Takes text of our own as it is; never what a program sent or a person wrote. */
export function raw(text: string): Markup {
  return { text }
}

function render(value: Value): string {
  if (Array.isArray(value)) return value.map(render).join("")
  return typeof value === "object" ? value.text : Bun.escapeHTML(String(value))
}
