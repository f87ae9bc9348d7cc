import type { Brief } from "./content.ts"

/** The page as HTML: whole in itself, it asks for nothing and runs nothing. */
export function renderHtml({ title, verdict, isGood, sections }: Brief): string {
  const tone = isGood === undefined ? "unknown" : isGood ? "good" : "bad"
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
<p class="verdict ${tone}">${escapeText(verdict)}</p>
${sections.map(renderSection).join("\n")}
</body>
</html>
`
}

function renderSection({ title, rows }: Brief["sections"][number]): string {
  const lines = rows.map(
    ([label, text]) => `<tr><th scope="row">${escapeText(label)}</th><td>${escapeText(text)}</td></tr>`,
  )
  return `<section><h2>${escapeText(title)}</h2>\n<table>\n${lines.join("\n")}\n</table></section>`
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const STYLE = `
@page { size: A4; margin: 12mm; }
body { font: 10pt/1.35 system-ui, sans-serif; max-width: 186mm; margin: 6mm auto; padding: 0 4mm; color: #111; background: #fff; }
h1 { font-size: 16pt; margin: 0 0 2mm; }
h2 { font-size: 11pt; margin: 4mm 0 1mm; border-bottom: 0.3mm solid #999; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.5mm 2mm 0.5mm 0; font-weight: normal; overflow-wrap: anywhere; }
th { width: 38mm; color: #444; }
section { break-inside: avoid; }
.verdict { font-weight: bold; padding: 2mm 3mm; border-left: 1.5mm solid #888; background: #f2f2f2; }
.good { border-color: #17703a; }
.bad { border-color: #a51d1d; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 8pt; line-height: 1.25; }
  h1 { font-size: 13pt; margin-bottom: 1.5mm; }
  h2 { font-size: 9.5pt; margin: 2.5mm 0 0.5mm; }
  th, td { padding-top: 0.3mm; padding-bottom: 0.3mm; }
  th { width: 44mm; }
  .verdict { padding: 1.5mm 3mm; }
}
`
