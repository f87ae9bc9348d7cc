import { briefOf } from "./brief/content.ts"
import { renderHtml } from "./brief/html.ts"
import { renderMarkdown } from "./brief/markdown.ts"
import type { Output } from "./output.ts"

/** One page that a security officer can forward. */
export const brief: Output = {
  name: "brief",
  about: "whoever says yes: one page, to be read, printed and forwarded",
  files: ["brief.md", "brief.html"],
  print: (subject) => {
    const content = briefOf(subject)
    return { "brief.md": renderMarkdown(content), "brief.html": renderHtml(content) }
  },
}
