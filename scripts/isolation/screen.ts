import { Terminal } from "@xterm/headless"

export interface ScreenSize {
  columns: number
  rows: number
}

/** One place of the screen. Colours as `#rrggbb`; undefined for the terminal's own. */
export interface Cell {
  text: string
  front?: string
  back?: string
  isBold: boolean
}

/** A terminal without a window: what a program writes is drawn into cells, and its questions are answered. */
export class Screen {
  /** The pseudo-terminal, for `Bun.spawn`. */
  readonly pty: Bun.Terminal
  readonly #emulator: Terminal
  readonly #watchers = new Set<() => void>()

  constructor({ columns, rows }: ScreenSize) {
    this.#emulator = new Terminal({ cols: columns, rows, allowProposedApi: true })
    this.pty = new Bun.Terminal({
      cols: columns,
      rows,
      name: "xterm-256color",
      data: (_, data) =>
        // A copy: the buffer is used again before the emulator gets to it.
        this.#emulator.write(data.slice(), () => {
          for (const watch of this.#watchers) watch()
        }),
    })
    this.#emulator.onData((answer) => this.type(answer))
  }

  /** Sends keystrokes; control characters as themselves (`\r` is Enter). */
  type(text: string): void {
    if (!this.pty.closed) this.pty.write(text)
  }

  /** What is to be seen now, a line a row, without blanks at the ends of lines. */
  text(): string {
    const buffer = this.#emulator.buffer.active
    return Array.from(
      { length: this.#emulator.rows },
      (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? "",
    ).join("\n")
  }

  /** What is to be seen now, a list of cells a row, with their colours: for a picture. */
  cells(): Cell[][] {
    const buffer = this.#emulator.buffer.active
    return Array.from({ length: this.#emulator.rows }, (_, row) => {
      const line = buffer.getLine(buffer.viewportY + row)
      return Array.from({ length: this.#emulator.cols }, (_, column) => {
        const cell = line?.getCell(column)
        if (!cell) return { text: " ", isBold: false }
        return {
          text: cell.getChars() || " ",
          front: colour(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()),
          back: colour(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor()),
          isBold: cell.isBold() !== 0,
        }
      })
    })
  }

  /**
   * The foreground colours of each text where it stands first, blanks left out, each once; none when it is not to be seen.
   * Equal numbers are equal colours.
   */
  coloursOf(texts: string[]): number[][] {
    const lines = this.text().split("\n")
    return texts.map((text) => this.#coloursIn(lines, text))
  }

  #coloursIn(lines: string[], text: string): number[] {
    const row = lines.findIndex((line) => line.includes(text))
    if (row < 0) return []
    const line = this.#emulator.buffer.active.getLine(this.#emulator.buffer.active.viewportY + row)!
    const start = line.translateToString().indexOf(text)
    const cells = Array.from(text, (_, at) => line.getCell(start + at)!)
    const drawn = cells.filter((cell) => cell.getChars().trim() !== "")
    return [...new Set(drawn.map((cell) => cell.getFgColorMode() + cell.getFgColor()))]
  }

  /** Resolves once `holds` is true of what is to be seen; how long that may take is for the caller to say. */
  async waitUntil(holds: (text: string) => boolean): Promise<void> {
    while (!holds(this.text())) await this.changed()
  }

  /** Resolves when the program has drawn something. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
    })
  }

  /** Calls `body` each time the program has drawn something. */
  onChange(body: () => void): void {
    this.#watchers.add(body)
  }
}

/** @param value the three parts in one number, or a place among the 256 colours of xterm */
function colour(isWhole: boolean, isPlace: boolean, value: number): string | undefined {
  if (isWhole) return hex(value)
  if (!isPlace) return undefined
  if (value < 16) return BASIC[value]
  if (value >= 232) return hex((8 + 10 * (value - 232)) * 0x010101)
  const [red, green, blue] = [36, 6, 1].map((step) => LEVELS[Math.floor((value - 16) / step) % 6]!)
  return hex((red! << 16) | (green! << 8) | blue!)
}

const LEVELS = [0, 95, 135, 175, 215, 255]
const BASIC =
  "#000000 #cd0000 #00cd00 #cdcd00 #0000ee #cd00cd #00cdcd #e5e5e5 #7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff".split(
    " ",
  )

function hex(colour: number): string {
  return `#${colour.toString(16).padStart(6, "0")}`
}
