import { expect, test } from "bun:test"
import { managedPreferences, type System } from "../../offline/managed-preferences.ts"

const USERS = "/Library/Managed Preferences/me/ai.opencode.managed.plist"
const EVERYONES = "/Library/Managed Preferences/ai.opencode.managed.plist"
const mac = (texts: Record<string, string | undefined>, more: Partial<System> = {}): System => ({
  platform: "darwin",
  user: "me",
  exists: (file) => file in texts,
  convert: (file) => texts[file],
  ...more,
})

test("a Mac's managed preferences are configuration that an administrator wrote", () => {
  const text = '{"offline":true}'
  expect(managedPreferences(mac({ [EVERYONES]: text }))).toEqual([
    { name: EVERYONES, text, folder: undefined, trust: "managed" },
  ])
})

test("those of the user come in the place of everyone's", () => {
  const [found, ...more] = managedPreferences(mac({ [EVERYONES]: "{}", [USERS]: '{"offline":true}' }))
  expect([found!.name, more]).toEqual([USERS, []])
})

test("those that cannot be read stop the start, also where everyone's could be", () => {
  expect(() => managedPreferences(mac({ [USERS]: undefined, [EVERYONES]: "{}" }))).toThrow(
    `${USERS} cannot be read by plutil, and it may say that OpenCode is offline`,
  )
})

test("there are none on a Mac that nobody manages, and on other systems", () => {
  expect(managedPreferences(mac({}))).toEqual([])
  expect(managedPreferences(mac({ [EVERYONES]: "{}" }, { platform: "linux" }))).toEqual([])
})
