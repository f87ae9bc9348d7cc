import type { NamedPullRequest } from "./pull-request.ts"

const UPSTREAM = "upstream's"

/** A paragraph a repository, a line a pull request, in the order in which they are sent. */
export function tellPullRequests(requests: NamedPullRequest[]): string {
  const width = Math.max(...requests.map(({ name }) => name.length))
  const groups = Map.groupBy(requests, ({ repository }) => repository?.url ?? UPSTREAM)
  return [...groups]
    .map(([url, group]) =>
      [`To ${url === UPSTREAM ? "upstream's repository" : url}:`, ...group.map(tell)].join("\n"),
    )
    .join("\n\n")

  function tell({ name, subject, closes, needs = [], forms }: NamedPullRequest): string {
    const details = [
      closes.length > 0 ? `closes ${closes.map((number) => `#${number}`).join(", ")}` : "",
      needs.length > 0 ? `after ${needs.join(", ")}` : "",
      forms.other ? "" : `for ${Object.keys(forms).join(" and ")}`,
    ].filter(Boolean)
    return `  ${name.padEnd(width)}  ${subject}${details.length > 0 ? ` (${details.join("; ")})` : ""}`
  }
}
