import { describe, expect, test } from "bun:test"
import { gitVariables, isGit } from "../../../offline/children/git.ts"
import { createDecide } from "../../../offline/guard/decide.ts"
import { createPolicy } from "../../../offline/policy.ts"

const policy = createPolicy([
  { text: "git.corp", origin: "OPENCODE_OFFLINE_ALLOW" },
  { text: "web.corp:443", origin: "OPENCODE_OFFLINE_ALLOW" },
])
const decide = createDecide({ policy, origin: "--offline", userConfig: "/home/u/opencode.json" })
const NOTHING = { GIT_ALLOW_PROTOCOL: "file" }

test.each(["git", "git.exe", "/usr/bin/git", "C:\\Git\\git.exe", "C:\\GIT\\Git.EXE"])(
  "%s is git",
  (program) => {
    expect(isGit(program)).toBe(true)
  },
)

test.each(["", "gh", "/usr/bin/legit", "/opt/git/tool"])("%p is not", (program) => {
  expect(isGit(program)).toBe(false)
})

describe("git that OpenCode starts", () => {
  test.each([
    ["clone --depth 100 -- https://git.example/a/b.git /cache", "git to git.example:443"],
    ["clone http://git.example/a/b.git", "git to git.example:80"],
    ["clone https://web.corp:8443/a/b.git", "git to web.corp:8443"],
    ["clone ssh://git@ssh.example/a/b.git", "git to ssh.example:22"],
    ["clone git@ssh.example:a/b.git", "git to ssh.example:22"],
    ["clone git://git.example/a/b.git", "git to git.example:9418"],
    ["-C /project fetch https://web.corp\\@git.corp.example/b.git https://git.example/b", "git.example:443"],
  ])("is refused `%s`", (line, refused) => {
    expect(() => gitVariables(["git", ...line.split(" ")], decide)).toThrow(refused)
  })

  test.each([
    ["clone -- https://WEB.corp/a/b.git /cache", "https://web.corp/a/b.git", "file:https"],
    ["clone git@git.corp:a/b.git", "git@git.corp:a/b.git", "file:ssh"],
    ["fetch http://127.0.0.1:8080/b.git main", "http://127.0.0.1:8080/b.git", "file:http"],
  ])("may do `%s`, without following redirects", (line, remote, protocols) => {
    const command = ["git", ...line.split(" ")]
    expect(gitVariables(command, decide)).toEqual({ GIT_ALLOW_PROTOCOL: protocols })
    expect(command.slice(0, 3)).toEqual(["git", "-c", "http.followRedirects=false"])
    expect(command).toContain(remote)
  })

  test.each([
    ...["fetch --all --prune", "fetch origin +refs/heads/a:refs/remotes/origin/a", "pull", "show HEAD:a@b:c"],
    ...["status", "clone /srv/b.git", "clone ext::sh.corp", "clone ssh-alias:a/b.git"],
    // The second is the folder, the first what git would connect to.
    ...["clone https::https://git.example/a https://web.corp/", "clone ssh-alias:a/b.git git@git.corp:c"],
  ])("connects to nothing in `%s`", (line) => {
    const command = ["git", ...line.split(" ")]
    expect(gitVariables(command, decide)).toEqual(NOTHING)
    expect(command).toEqual(["git", ...line.split(" ")])
  })
})
