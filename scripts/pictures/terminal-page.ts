import type { Cell } from "../isolation/screen.ts"

/** The size of a cell, in pixels. */
const WIDTH = 9
const HEIGHT = 19

/** What is drawn as a shape, so that neighbours meet: the left, upper, right and lower end, in hundredths of the cell. */
const SHAPES: Record<string, [number, number, number, number]> = {
  "█": [0, 0, 100, 100],
  "▀": [0, 0, 100, 50],
  "▄": [0, 50, 100, 100],
  "▌": [0, 0, 50, 100],
  "▐": [50, 0, 100, 100],
  "┃": [40, 0, 60, 100],
  "│": [45, 0, 55, 100],
  "╹": [40, 0, 60, 50],
  "╻": [40, 50, 60, 100],
}

/** What the font does not have, as what is next to it. */
const INSTEAD: Record<string, string> = { "▣": "■", "⬝": "·" }

/**
 * A page that shows the screen of a terminal.
 * @param font a monospaced one, as woff2
 */
export function terminalPage(rows: Cell[][], font: Uint8Array): string {
  const face = `data:font/woff2;base64,${Buffer.from(font).toString("base64")}`
  const lines = rows.map((row) => `<div>${row.map(printCell).join("")}</div>`)
  return `<!doctype html><meta charset="utf-8"><style>
@font-face { font-family: cells; src: url(${face}) }
body { margin: 0 }
#screen { display: inline-block; background: #0a0a0a; color: #eee; font: 14px/${HEIGHT}px cells; padding: ${HEIGHT}px }
#screen div { height: ${HEIGHT}px; white-space: pre }
#screen i { display: inline-block; width: ${WIDTH}px; height: ${HEIGHT}px; font-style: normal; vertical-align: top }
</style><div id="screen">${lines.join("\n")}</div>`
}

function printCell({ text, front = "#eeeeee", back, isBold }: Cell): string {
  const shape = SHAPES[text]
  const style = [
    `color:${front}`,
    ...(back ? [`background-color:${back}`] : []),
    ...(shape ? [`background-image:${bar(front, shape)}`] : []),
    ...(isBold ? ["font-weight:bold"] : []),
  ].join(";")
  return `<i style="${style}">${shape ? " " : escaped(INSTEAD[text] ?? text)}</i>`
}

/** A rectangle as a picture of the background. */
function bar(colour: string, [left, top, right, bottom]: [number, number, number, number]): string {
  const rectangle = `<rect x='${left}' y='${top}' width='${right - left}' height='${bottom - top}' fill='${colour}'/>`
  const picture = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100' preserveAspectRatio='none' width='${WIDTH}' height='${HEIGHT}'>${rectangle}</svg>`
  return `url(data:image/svg+xml;base64,${Buffer.from(picture).toString("base64")})`
}

function escaped(text: string): string {
  return text.replace(/[<&]/g, (character) => `&#${character.charCodeAt(0)};`)
}
