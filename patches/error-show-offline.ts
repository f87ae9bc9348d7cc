import { atStart, definePatch, firstParameter, functionNamed } from "./lib.ts"

export default definePatch({
  subject: "feat(cli): show a refused connection as one line",
  why: "A command that ends because a connection was refused says that the error is unexpected and points to a log, though the error says what to do.",
  whyPatch: "Which errors are known is fixed in one function.",
  kind: "upstreamable",
  upstream: [18233],
  removeWhen: "offline, upstream's `opencode import https://…` prints one line that names the switch",
  range: "*",
  level: "required",
  edits: [
    {
      file: "src/cli/error.ts",
      what: "the function that turns known errors into text",
      find: functionNamed("FormatError"),
      places: { main: 1 },
      change: (place, offline) => [
        atStart(
          place,
          `if (${offline}.refusalText(${firstParameter(place)})) return ${offline}.refusalText(${firstParameter(place)});`,
        ),
      ],
    },
  ],
})
