import { expect, test } from "bun:test"
import { readArguments } from "../../../../offline/core/arguments.ts"
import { readSetupOptions, typedBaseUrl } from "../../../../offline/core/setup/options.ts"

test("each option is read in both forms", () => {
  const words = ["--base-url", "http://llm.corp/v1", "--model=a=b", "--key-env", "KEY", "--yes"]
  expect(readSetupOptions(words)).toEqual({
    baseUrl: "http://llm.corp/v1",
    model: "a=b",
    name: "local",
    keyEnv: "KEY",
    yes: true,
    help: false,
    wrong: undefined,
  })
})

test.each([
  [["--base-url"], "--base-url needs a value"],
  [["--base-url", "llm.corp"], '"llm.corp" is no URL'],
  [["--base-url", "ftp://llm.corp/"], "is no URL"],
  [["--name", "a/b"], '"a/b" is no name'],
  [["--key-env", "A-B"], '"A-B" is no name of a variable'],
  [["http://llm.corp"], "is not accepted"],
])("%p is refused", (words, wrong) => {
  expect(readSetupOptions(words).wrong).toContain(wrong)
})

test("the base URL counts as typed for this command only", () => {
  const typed = (...words: string[]) => typedBaseUrl(readArguments(words))
  expect(typed("offline", "setup", "--offline", "--base-url", "http://llm.corp")).toBe("http://llm.corp")
  expect(typed("--offline", "offline", "setup", "--base-url=http://llm.corp")).toBe("http://llm.corp")
  expect(typed("offline", "check", "--base-url", "http://llm.corp")).toBe(undefined)
  expect(typed("run", "offline", "setup", "--base-url", "http://llm.corp")).toBe(undefined)
})
