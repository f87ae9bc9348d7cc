import { after, definePatch } from "./lib.ts"

const start = {
  rule: {
    any: [
      { pattern: "const $SERVER = Server.listen($OPTIONS)" },
      { pattern: "const $SERVER = await Server.listen($OPTIONS)" },
    ],
  },
}

export default definePatch({
  subject: "feat(server): say at start that offline is on",
  why: "Whoever starts a server for others reads in its first lines what it will connect to.",
  whyPatch: "The lines are printed by the commands themselves.",
  kind: "upstreamable",
  upstream: [18233],
  removeWhen: "upstream's `opencode serve` prints that offline is on",
  edits: [
    {
      file: "src/cli/cmd/serve.ts",
      what: "the statement that starts the server",
      find: start,
      places: { main: 1 },
      change: (place, offline) => [after(place, `\n    ${offline}.announce();`)],
    },
    {
      file: "src/cli/cmd/web.ts",
      what: "the statement that starts the server",
      find: start,
      places: { main: 1 },
      change: (place, offline) => [after(place, `\n    ${offline}.announce();`)],
    },
  ],
})
