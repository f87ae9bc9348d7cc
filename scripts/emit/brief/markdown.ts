import type { Brief } from "./content.ts"

/** The page as Markdown. */
export function renderMarkdown({ title, verdict, sections }: Brief): string {
  const parts = sections.map(
    ({ title, rows }) => `## ${title}\n\n| | |\n|---|---|\n${rows.map(renderRow).join("\n")}`,
  )
  return `${[`# ${title}`, `**${escapeText(verdict)}**`, ...parts].join("\n\n")}\n`
}

function renderRow([label, text]: [string, string]): string {
  return `| ${escapeText(label)} | ${escapeText(text)} |`
}

/** Hosts and names come from files: nothing in them may be read as markup. */
function escapeText(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, "\\$&").replace(/\s+/g, " ")
}
