import { atStart, definePullRequest, firstParameter, functionNamed, importName, OPENCODE } from "./lib.ts"

const file = `${OPENCODE}/src/cli/error.ts`

const steps = [
  {
    edits: [
      {
        file,
        what: "the function FormatError, which turns known errors into text",
        find: functionNamed("FormatError"),
        places: 1,
        change: (place: Parameters<typeof atStart>[0]) => [
          atStart(
            place,
            `const connection = formatConnectionError(${firstParameter(place)})\nif (connection) return connection`,
          ),
        ],
      },
      importName(file, "formatConnectionError", "./connection-error"),
    ],
    files: {
      [`${OPENCODE}/src/cli/connection-error.ts`]: "connection-error.ts",
      [`${OPENCODE}/test/cli/connection-error.test.ts`]: "connection-error.test.ts",
    },
  },
]

export default definePullRequest({
  subject: "fix(cli): name the address of a connection that failed",
  why: 'Behind a firewall a command ends with "Unexpected error, check log file", or with "Unable to connect. Is the computer able to access the url?" without the URL: who has to open the firewall does not learn for what. A connection that is refused, reset, timed out or not resolved is now one line with the address and the code, also when it is the cause of another error.',
  closes: [],
  related: [12083],
  instead: ["error-show-offline", "http-show-offline"],
  in2x: "Yes, in the function of its CLI that formats errors; the file has another name there",
  forms: { namespaces: steps, effect: steps },
})
