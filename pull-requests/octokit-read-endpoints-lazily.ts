import { atStart, definePullRequest, functionNamed, replace } from "./lib.ts"

const file = "src/endpoints-to-methods.ts"

export default definePullRequest({
  subject: "fix: fill the table of endpoints when it is first used",
  why: "The table of some nine hundred endpoints is filled when the module is evaluated. A program that bundles this package pays for that at each start, also when it never talks to GitHub. It is now filled by the first call of endpointsToMethods().",
  closes: [],
  related: [],
  instead: ["github-read-endpoints-lazily"],
  in2x: "No: 2.x has no GitHub agent yet",
  repository: { url: "https://github.com/octokit/plugin-rest-endpoint-methods.js", branch: "main" },
  forms: {
    other: [
      {
        edits: [
          {
            file,
            what: "the loop that fills the table of endpoints when the module is evaluated",
            find: {
              rule: {
                kind: "for_in_statement",
                inside: { kind: "program" },
                has: { field: "right", pattern: "Object.entries($ENDPOINTS)" },
              },
            },
            places: 1,
            change: (place) => {
              const body = place.text().replaceAll("\n", "\n  ")
              return [
                replace(
                  place,
                  `function fillEndpoints() {\n  if (endpointMethodsMap.size > 0) return;\n  ${body}\n}`,
                ),
              ]
            },
          },
          {
            file,
            what: "the function that makes methods of the table",
            find: functionNamed("endpointsToMethods"),
            places: 1,
            change: (place) => [atStart(place, "fillEndpoints();")],
          },
        ],
        files: { "test/fill-lazily.test.ts": "fill-lazily.test.ts" },
      },
    ],
  },
})
