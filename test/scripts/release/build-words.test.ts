import { expect, test } from "bun:test"
import { readOptions } from "../../../scripts/build/options.ts"
import { buildWords } from "../../../scripts/release/make-release.ts"
import { readReleaseOptions } from "../../../scripts/release/options.ts"

test("the build is given what the release is: files, packages, and who signs the executable", async () => {
  const given = [
    "--policy",
    "/policy.json",
    "--config",
    "/opencode.json",
    "--with",
    "a@1.0.0",
    "--with",
    "b@2.0.0",
  ]
  const words = [...given, "--models-extend", "/more.json", "--sign-command", 'sign "$FILE"']
  const options = await readReleaseOptions(["bun", "release.ts", ...words])
  const out = ["--out", "/out"]
  expect(await readOptions(["bun", "build.ts", ...buildWords("windows-x64", options), ...out])).toMatchObject(
    {
      target: "windows-x64",
      policy: "/policy.json",
      config: "/opencode.json",
      modelsExtend: "/more.json",
      with: ["a@1.0.0", "b@2.0.0"],
      signCommand: 'sign "$FILE"',
    },
  )
})
