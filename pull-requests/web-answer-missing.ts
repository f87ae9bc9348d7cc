import { after, definePullRequest, functionNamed, importName, OPENCODE } from "./lib.ts"

const file = `${OPENCODE}/src/server/shared/ui.ts`

export default definePullRequest({
  subject: "fix(server): answer 404 instead of a proxy when the page is missing",
  why: "The web UI is embedded in a release. When it is missing there, because a packager left it out, `opencode serve` silently loads its page from app.opencode.ai: where that is not reachable the request hangs, and where it is, code runs in the browser that was not installed. A release now answers 404. The proxy stays for a checkout, and for who asks for it with OPENCODE_DISABLE_EMBEDDED_WEB_UI.",
  closes: [],
  related: [8549, 12445],
  instead: ["server-serve-web-ui"],
  in2x: "Yes, where its server falls back to app.opencode.ai",
  absent: { namespaces: "1.3 has no page inside; the proxy is its only one" },
  forms: {
    effect: [
      {
        edits: [
          {
            file,
            what: "the statement of serveUIEffect that answers with the embedded page",
            find: {
              rule: {
                kind: "if_statement",
                has: { field: "condition", regex: "^\\(embeddedWebUI\\)$" },
                inside: { stopBy: "end", ...functionNamed("serveUIEffect").rule },
              },
            },
            places: 1,
            change: (place) => {
              const indent = " ".repeat(place.range().start.column)
              const condition = '!services.disableEmbeddedWebUi && InstallationChannel !== "local"'
              return [after(place, `\n${indent}if (${condition}) return notFound()`)]
            },
          },
          importName(file, "InstallationChannel", "@opencode-ai/core/installation/version"),
        ],
        files: { [`${OPENCODE}/test/server/missing-page.test.ts`]: "missing-page.effect.test.ts" },
      },
    ],
  },
})
