import { Screen } from "../../scripts/isolation/screen.ts"

/**
 * Runs inside a namespace, as `bun attach.ts EXECUTABLE URL`: opens the TUI of EXECUTABLE on a server, asks a question and
 * prints the screen with the answer. Exit code 1, and the screen as it is, when that does not come.
 */
async function attach(executable: string, url: string): Promise<boolean> {
  const screen = new Screen({ columns: 130, rows: 40 })
  const tui = Bun.spawn([executable, "attach", url], { terminal: screen.pty })
  const answered =
    (await screen.waitFor("Mock Model", 40_000)) &&
    (await enter(screen, "say hi")) &&
    (await screen.waitFor("The mock model says hello.", 40_000))
  console.log(screen.text())
  // It takes its time to end when it is asked.
  tui.kill("SIGKILL")
  await tui.exited
  return answered
}

async function enter(screen: Screen, text: string): Promise<boolean> {
  screen.type(text)
  const shown = await screen.waitFor(text, 10_000)
  screen.type("\r")
  return shown
}

process.exit((await attach(process.argv[2]!, process.argv[3]!)) ? 0 : 1)
