import { expect, test } from "bun:test"
import { showUrl, withoutLogins } from "../../../../scripts/upstream/git/show-url.ts"

test.each([
  ["https://someone:s3cret@git.corp:8443/a/b.git?token=x#y", "https://git.corp:8443/a/b.git"],
  ["ssh://git@git.corp/a.git", "ssh://git.corp/a.git"],
  ["git@git.corp:a/b.git", "git.corp:a/b.git"],
  ["/media/stick/opencode.bundle", "opencode.bundle"],
  ["../opencode", "opencode"],
  ["file:///srv/git/opencode.git", "opencode.git"],
])("%s is shown as %s", (url, shown) => {
  expect(showUrl(url)).toBe(shown)
})

test("a text of git's is shown without logins", () => {
  expect(withoutLogins("unable to access 'https://a:b@c.corp/d/': refused")).toBe(
    "unable to access 'https://c.corp/d/': refused",
  )
})
