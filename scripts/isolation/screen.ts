import { Terminal } from "@xterm/headless"

export interface ScreenSize {
  columns: number
  rows: number
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

  /**
   * The foreground colours of a text where it stands first, blanks left out, each once; none when it is not to be seen.
   * Equal numbers are equal colours.
   */
  coloursOf(text: string): number[] {
    const row = this.text()
      .split("\n")
      .findIndex((line) => line.includes(text))
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
