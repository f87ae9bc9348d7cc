import { findResolution } from "../find-resolution.ts"
import { isMainThread } from "../handover.ts"
import { loadLibrariesElsewhere } from "../native-libraries.ts"
import { print } from "../print.ts"
import { keepNamed } from "../server/named.ts"
import { orStop } from "../setting.ts"
import { currentState, isActive, start, switchedOnBy } from "../switch.ts"
import { tellAtOnce } from "../tell.ts"
import { PRELOAD } from "../thread.ts"
import { type Arguments, asksForHelp, readArguments } from "./arguments.ts"
import { assureServer } from "./background-server.ts"
import { chooseCatalogue } from "./catalogue.ts"
import { hidePreload } from "./exec-arguments.ts"
import { endWithTerminal } from "./hang-up.ts"
import { tellOfProviders } from "./login.ts"
import { readNamed } from "./named-servers.ts"
import { answerOffline } from "./offline-command.ts"
import { announceProjectCode } from "./project-code.ts"
import { refuseCommand, warnOfOptions } from "./refused-commands.ts"
import { provideRipgrep } from "./ripgrep.ts"
import { tellOfUninstaller } from "./uninstall.ts"
import { answerVersion } from "./version.ts"

/**
 * All that is done ahead of upstream's code, in this order. The switch is resolved, and the guard stands, first; what is
 * answered here ends the process, and nothing of upstream's is evaluated.
 */
export function startCore(): void {
  start(findResolution, PRELOAD)
  hidePreload()
  loadLibrariesElsewhere()
  // Workers have the main thread's environment.
  if (!isMainThread()) return
  for (const note of currentState().notes) print("error", `! ${note}\n`)
  const said = takeSwitch(process.argv)
  answerVersion(said)
  answerOffline(said)
  if (asksForHelp(said)) return
  refuseCommand(said)
  tellOfUninstaller(said)
  const { server } = currentState()
  if (server !== undefined) assureServer(said, server)
  orStop(() => chooseCatalogue(process.env))
  tellOfProviders(said, process.env)
  provideRipgrep(said, process.env)
  if (isActive()) orStop(() => keepNamed(readNamed(said.words, process.env), process.env))
  warnOfOptions(said)
  endWithTerminal(said)
  announceProjectCode(said)
  announce(said)
}

/** Takes the switch out of the words, which upstream's parser does not know. */
function takeSwitch(argv: string[]): Arguments {
  const said = readArguments(argv.slice(2))
  if (said.offline.length > 0) argv.splice(2, argv.length, ...said.words)
  return said
}

/** Commands that run until they are ended. */
const LASTING = new Set(["acp", "serve", "web"])

/** Says ahead of a server's own first lines that offline is on, and where the policy is to be read. */
function announce({ bare: [command] }: Arguments): void {
  if (!isActive()) return
  if (command !== undefined && LASTING.has(command)) tellAtOnce()
  if (command === "serve" || command === "web")
    print("out", `offline (${switchedOnBy()}): see \`opencode offline\` for what may be connected to\n`)
}
