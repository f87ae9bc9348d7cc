import { Screen } from "../../../scripts/isolation/screen.ts"

/**
 * Runs inside a namespace, as `bun close-terminal.ts TEXT COMMAND…`: starts a command on a terminal of its own, closes that when
 * it shows the text, and waits for the command to end. Prints that it did.
 */
const [, , shown, ...command] = process.argv
const screen = new Screen({ columns: 120, rows: 40 })
const running = Bun.spawn(command, { terminal: screen.pty })
await screen.waitUntil((text) => text.includes(shown!))
screen.pty.close()
// As the kernel tells a program whose terminal is the one that its session has.
running.kill("SIGHUP")
await running.exited
console.log("ended")
