import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { stockRuntimes } from "../lib/stock.ts"
import { besideRefusals } from "./lib/beside-refusals.ts"
import { makeGuardExecutable } from "./lib/guard-executable.ts"
import type { HostOutcome } from "./lib/guard-hosts-probe.ts"
import { tamperings } from "./lib/guard-tamperings.ts"
import { probeScale } from "./lib/probe-scale.ts"
import { runEach } from "./lib/run-each.ts"

describe.each(await stockRuntimes())("on the runtime of $release", ({ executable: stock }) => {
  let executable: string
  beforeAll(async () => {
    executable = await makeGuardExecutable("guard-hosts-probe.ts", { stock })
  })
  afterAll(() => rm(dirname(executable), { recursive: true }))

  async function dial(hosts: string[], env: Record<string, string> = {}, args = ["--offline"]) {
    const { stdout, stderr, exitCode, attempts } = await runIsolated({
      executable,
      args,
      env: { ...probeScale(), PROBE_HOSTS: JSON.stringify(hosts), ...env },
    })
    expect({ exitCode, stderr: besideRefusals(stderr) }).toEqual({ exitCode: 0, stderr: "" })
    const outcomes = stdout
      .trim()
      .split("\n")
      .map((line): HostOutcome => JSON.parse(line))
    const reached = new Set(
      attempts.map(({ name, address, port }) => (port === 53 ? `dns ${name}` : `${name ?? address}:${port}`)),
    )
    return {
      outcomes,
      reached: [...reached].sort(),
      not: (wanted: string) => outcomes.filter((one) => one.outcome !== wanted),
    }
  }

  const LOOPBACK = [
    ...[
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f.1",
      "[::1]",
      "[0:0:0:0:0:0:0:1]",
      "[::ffff:127.0.0.1]",
      "0.0.0.0",
    ],
    ...["localhost", "LOCALHOST", "localhost.", "app.localhost", "App.LocalHost.", "a.b.localhost"],
  ]

  test("loopback is reached under each of its names, and no name server is asked for any", async () => {
    const { not, reached } = await dial(LOOPBACK)
    expect({ wrong: not("open"), reached }).toEqual({ wrong: [], reached: [] })
  })

  test("without the guard, a name below localhost would be asked of a name server and lead elsewhere", async () => {
    const { reached } = await dial(["app.localhost"], {}, [])
    expect(reached).toContain("dns app.localhost")
  })

  describe("where the system would ask a name server for localhost itself", () => {
    const files = { hosts: "127.0.0.1 other\n" }
    const run = async (args: string[], hosts: string[]) => {
      const script = `${Bun.which("mount")} --bind hosts /etc/hosts && exec "$0" "$@"`
      const env = { ...probeScale(), PROBE_HOSTS: JSON.stringify(hosts) }
      const shell = { executable: Bun.which("sh")!, args: ["-c", script, executable, ...args], files, env }
      const { stdout, stderr, exitCode, attempts } = await runIsolated(shell)
      expect({ exitCode, stderr: besideRefusals(stderr) }).toEqual({ exitCode: 0, stderr: "" })
      return {
        attempts,
        wrong: stdout.split("\n").filter((line) => line && JSON.parse(line).outcome !== "open"),
      }
    }

    test("it is reached all the same, and none is asked", async () => {
      expect(await run(["--offline"], ["localhost", "LOCALHOST."])).toEqual({ attempts: [], wrong: [] })
    })

    test("without the guard, one is", async () => {
      const { attempts } = await run([], ["localhost"])
      expect(attempts).toContainEqual(expect.objectContaining({ name: "localhost" }))
    })
  })

  describe("what the policy names", () => {
    const hosts = ["http://ok.example/", "http://evil.example/", "http://ok.example:443/", "http://10.1.2.3/"]

    test("is reached on its port, and nothing else is", async () => {
      const { reached, outcomes } = await dial(hosts, { OPENCODE_OFFLINE_ALLOW: "ok.example:80,10.0.0.0/8" })
      expect(reached).toEqual(["10.1.2.3:80", "dns ok.example", "ok.example:80"])
      const open = new Set(outcomes.filter(({ outcome }) => outcome === "open").map(({ host }) => host))
      expect([...open]).toEqual(["http://ok.example/", "http://10.1.2.3/"])
    })

    test("is reached on no port that only the runtime reads, and without the guard it is", async () => {
      const env = { OPENCODE_OFFLINE_ALLOW: "10.0.0.5:80", PROBE_PORT: "22" }
      const { reached, not } = await dial(["10.0.0.5"], env)
      expect({ reached, wrong: not("open") }).toEqual({ reached: ["10.0.0.5:80"], wrong: [] })
      expect((await dial(["10.0.0.5"], env, [])).reached).toEqual(["10.0.0.5:22"])
    })

    const spellings = [
      "http://OK.example/",
      "http://ok.example./",
      "http://%6fk.example/",
      "http://user:x@ok.example/",
    ]
    test("is reached under each of its spellings", async () => {
      const { reached } = await dial(spellings, { OPENCODE_OFFLINE_ALLOW: "ok.example" })
      expect(reached).toEqual(["dns ok.example", "ok.example:80"])
    })

    const lookalikes = [
      "http://ok.example@evil.example/",
      "http://ok.example.evil.example/",
      "http://evil.example/ok.example",
    ]
    const confusing = [
      "http://evil.example\\@ok.example/",
      "http://evil.example#@ok.example/",
      "http://evil.example?@ok.example/",
    ]
    test("does not let in what only looks like it", async () => {
      const { reached, not } = await dial([...lookalikes, ...confusing], {
        OPENCODE_OFFLINE_ALLOW: "ok.example",
      })
      expect({ wrong: not("ERR_OPENCODE_OFFLINE"), reached }).toEqual({ wrong: [], reached: [] })
    })
  })

  test("a program gets no further, whatever it has tampered with", async () => {
    const PROBE_HOSTS = JSON.stringify(["evil.example", "http://evil.example/", "127.0.0.1", "app.localhost"])
    const { each, attempts } = await runEach(
      { executable, env: { ...probeScale(), PROBE_HOSTS } },
      Object.fromEntries(
        Object.keys(tamperings).map((name) => [name, { words: ["--offline"], env: { PROBE_TAMPER: name } }]),
      ),
    )
    expect(attempts).toEqual([])
    const tried = (stdout: string) => stdout.trim().split("\n").length
    expect(Object.entries(each).map(([name, { stdout }]) => [name, tried(stdout)])).toEqual(
      Object.keys(tamperings).map((name) => [name, 24]),
    )
  })

  describe("a proxy of the environment", () => {
    const apis = ["fetch", "Request", "http.get"]
    for (const name of ["HTTP_PROXY", "http_proxy"]) {
      test(`is not used when the policy does not name it: ${name}`, async () => {
        const { outcomes, reached } = await dial(["127.0.0.1"], { [name]: "http://proxy.example:3128" })
        const refused = outcomes
          .filter(({ outcome }) => outcome === "ERR_OPENCODE_OFFLINE")
          .map(({ api }) => api)
        expect({ refused, reached }).toEqual({ refused: apis, reached: [] })
      })
    }

    test("is not used for hosts that NO_PROXY exempts, so those are reached", async () => {
      const env = { HTTP_PROXY: "http://proxy.example:3128", NO_PROXY: "localhost, 127.0.0.1" }
      const { not, reached } = await dial(["127.0.0.1", "localhost"], env)
      expect({ wrong: not("open"), reached }).toEqual({ wrong: [], reached: [] })
    })

    test("is used for allowed hosts when the policy names it, and is no way around", async () => {
      const env = {
        HTTP_PROXY: "http://proxy.example:80",
        OPENCODE_OFFLINE_ALLOW: "proxy.example:80 ok.example",
      }
      const { reached } = await dial(["http://ok.example/", "http://evil.example/"], env)
      expect(reached).toEqual(["dns proxy.example", "proxy.example:80"])
    })

    test("would be used for loopback, too, without the guard", async () => {
      const { reached } = await dial(["127.0.0.1"], { HTTP_PROXY: "http://proxy.example:80" }, [])
      expect(reached).toContain("proxy.example:80")
    })
  })
})
