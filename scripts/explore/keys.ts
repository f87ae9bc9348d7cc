import type { Random } from "./random.ts"

const CONTROL = [..."abefgklnoprtuvwxy"].map((letter) => String.fromCharCode(letter.charCodeAt(0) - 96))
const ARROWS = ["\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F"]
const OTHERS = ["\r", "\x1b", "\t", "\x7f", "\x1b[Z", "\x1b[3~", " "]

/** What follows `/` in the prompt of the TUI: the beginning of a command, which a list then completes. */
const COMMANDS = [
  "s",
  "m",
  "c",
  "h",
  "t",
  "n",
  "sh",
  "und",
  "conn",
  "mod",
  "the",
  "age",
  "mcp",
  "stat",
  "exp",
]

/** Deletes what stands in the prompt ahead of the cursor. */
const CLEAR = "\x15"

/**
 * The next keystrokes for the TUI, each to be typed when the one before is drawn. `!` is not among them, which begins a command for a shell, and neither is what ends the
 * TUI by one key.
 */
export function nextKeys(random: Random): string[] {
  switch (random.below(10)) {
    case 0:
    case 1:
      return [random.word()]
    case 2:
      return [CLEAR, `/${random.pick(COMMANDS)}`, ...(random.once(2) ? ["\r"] : [])]
    case 3:
      return [`@${random.word().slice(0, 2)}`]
    case 4:
    case 5:
      return [random.pick(ARROWS)]
    case 6:
    case 7:
      return [random.pick(CONTROL)]
    default:
      return [random.pick(OTHERS)]
  }
}
