import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { resolveRef } from "../../../../scripts/upstream/git/resolve-ref.ts"
import { serveGit } from "../../../lib/git-server.ts"
import { makeUpstream, must, TAG } from "../../../lib/stand-in-upstream.ts"

let root: string
let upstream: string
let commits: { first: string; second: string }
let server: Awaited<ReturnType<typeof serveGit>>

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "resolve-ref-"))
  upstream = join(root, "upstream")
  await mkdir(upstream)
  commits = await makeUpstream(upstream)
  const who = ["-c", "user.name=Stand In", "-c", "user.email=stand-in@localhost"]
  await must(upstream, [...who, "tag", "--no-sign", "-a", "-m", "with a message", "annotated", commits.first])
  await must(upstream, ["bundle", "create", "--quiet", join(root, "up.bundle"), "--all"])
  server = await serveGit(root)
})
afterAll(async () => {
  server.stop()
  await rm(root, { recursive: true })
})

test("a branch and a tag, with a message or without, lead to their commit on every kind of origin", async () => {
  for (const url of [`${server.url}/upstream/.git`, upstream, join(root, "up.bundle")]) {
    expect(await resolveRef(url, "dev"), url).toBe(commits.second)
    expect(await resolveRef(url, TAG), url).toBe(commits.first)
    expect(await resolveRef(url, "annotated"), url).toBe(commits.first)
  }
})

test("a full commit is itself, and no origin is asked", async () => {
  expect(await resolveRef(join(root, "none"), commits.first)).toBe(commits.first)
})

test("what is not there is a failure, and a login is not printed", async () => {
  await expect(resolveRef(upstream, "de")).rejects.toThrow('has no branch or tag "de"')
  const failure = resolveRef("http://someone:s3cret@127.0.0.1:9/none.git", "dev")
  await expect(failure).rejects.toThrow("http://127.0.0.1:9/none.git cannot be asked for dev")
  expect(String(await failure.catch((error) => error.message))).not.toContain("s3cret")
})
