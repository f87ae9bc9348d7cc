import { atStart, commandHandler, definePatch, functionOf } from "./lib.ts"

const command = (file: string, name: string) => ({
  file,
  what: `the handler of the command ${name}`,
  find: commandHandler(name),
  places: { main: 1 },
  change: (place: Parameters<typeof functionOf>[0], offline: string) => [
    atStart(functionOf(place), `if (${offline}.active()) return ${offline}.refuseCommand("github");`),
  ],
})

export default definePatch({
  subject: "feat(cli): say that the GitHub commands are off when offline",
  why: "`github install`, `github run` and `pr` do nothing without api.github.com and api.opencode.ai; `pr` leaves a half-made checkout behind when it fails.",
  whyPatch: "The commands read no setting.",
  kind: "offline-only",
  upstream: [16117],
  removeWhen: "offline, upstream's `opencode github run` exits with an error that names the switch",
  edits: [
    command("src/cli/cmd/github.ts", "install"),
    command("src/cli/cmd/github.ts", "run"),
    command("src/cli/cmd/pr.ts", "pr <number>"),
  ],
})
