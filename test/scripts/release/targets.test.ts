import { expect, test } from "bun:test"
import { listPins, readPin } from "../../../scripts/pins/pin.ts"
import { targetsOf } from "../../../scripts/release/targets.ts"
import { withoutWhat } from "../../../scripts/release/without.ts"
import { sampleRecord } from "../../lib/subject.ts"

const pins = await Promise.all((await listPins()).map(async (name) => ({ name, pin: await readPin(name) })))
const { name: pin, pin: widest } = pins.reduce((a, b) =>
  Object.keys(b.pin.targets).length > Object.keys(a.pin.targets).length ? b : a,
)

test("all means every target that the pin has, each once", async () => {
  const names = Object.keys(widest.targets)
  expect(names.length).toBeGreaterThan(1)
  expect(await targetsOf({ pin, targets: ["all"] })).toEqual(names)
  expect(await targetsOf({ pin, targets: [names[1]!, "all"] })).toEqual([
    names[1]!,
    ...names.filter((name) => name !== names[1]),
  ])
})

test("a target that the pin does not have is refused before the ones that it has are made", async () => {
  const [first] = Object.keys(widest.targets)
  for (const name of ["darwin-arm64", "nowhere"])
    await expect(targetsOf({ pin, targets: [first!, name] })).rejects.toThrow(name)
})

test("what a target does not get is said", () => {
  const said = (target: string, kit: boolean) =>
    withoutWhat({ ...sampleRecord, target }, { key: "/key", kit, imageBase: "/base" })
  const unmade = (names: string) => `no ${names} (docs/release.md says who gets which)`
  expect(said("linux-arm64", true)).toEqual([])
  expect(said("linux-arm64-musl", true)).toEqual([unmade("deb, no rpm")])
  expect(said("linux-arm64", false)).toEqual(["no archive (--no-kit)", unmade("deb, no rpm")])
  expect(said("windows-x64", true)).toEqual([unmade("deb, no rpm, no image")])
})
