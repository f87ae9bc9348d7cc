/** How long a line may be (biome.json). */
const WIDTH = 110

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** JSON as this repository keeps it: lists, and objects that hold no other object, stand on one line where they fit. */
export function formatJson(value: unknown): string {
  return `${format(JSON.parse(JSON.stringify(value)), 0, 0)}\n`
}

/** @param used how much of the line stands ahead of the value, and the comma behind it */
function format(value: Json, depth: number, used: number): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  const line = onOneLine(value)
  if (line === "{}" || line === "[]" || (isFlat(value) && used + line.length <= WIDTH)) return line
  const indent = "  ".repeat(depth + 1)
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"]
  const parts = Object.entries(value).map(([key, one]) => {
    const label = Array.isArray(value) ? "" : `${JSON.stringify(key)}: `
    return indent + label + format(one, depth + 1, indent.length + label.length + 1)
  })
  return `${open}\n${parts.join(",\n")}\n${"  ".repeat(depth)}${close}`
}

function isFlat(value: Json[] | { [key: string]: Json }): boolean {
  return Object.values(value).every(
    (one) =>
      one === null || typeof one !== "object" || (Array.isArray(one) && isFlat(one) && !Array.isArray(value)),
  )
}

function onOneLine(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`
  const parts = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${onOneLine(one)}`)
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`
}
