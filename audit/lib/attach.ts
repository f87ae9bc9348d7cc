import { Screen } from "../../scripts/isolation/screen.ts"

/**
 * Runs inside a namespace, as `bun attach.ts EXECUTABLE URL`: opens the TUI of EXECUTABLE on a server, asks a question and
 * prints the screen with the answer. Exit code 1, and the screen as it is, when the TUI ends ahead of that.
 */
async function attach(executable: string, url: string): Promise<boolean> {
  const screen = new Screen({ columns: 130, rows: 40 })
  const tui = Bun.spawn([executable, "attach", url], { terminal: screen.pty })
  const answered = await Promise.race([converse(screen), tui.exited.then(() => false)])
  console.log(screen.text())
  // It takes its time to end when it is asked.
  tui.kill("SIGKILL")
  await tui.exited
  return answered
}

/** No wait has a limit of its own: when nothing happens any more, the run that this is part of is ended. */
async function converse(screen: Screen): Promise<true> {
  await shows(screen, "Mock Model")
  screen.type("say hi")
  await shows(screen, "say hi")
  screen.type("\r")
  await shows(screen, "The mock model says hello.")
  return true
}

const shows = (screen: Screen, text: string) => screen.waitUntil((seen) => seen.includes(text))

process.exit((await attach(process.argv[2]!, process.argv[3]!)) ? 0 : 1)
