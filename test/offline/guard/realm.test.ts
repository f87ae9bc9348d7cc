import { expect, test } from "bun:test"
import { interceptRealms } from "../../../offline/guard/realm.ts"
import { recording, refusal } from "../../lib/guard.ts"

test("what makes a realm of its own is refused, and native code is not called", () => {
  const { native, calls } = recording()
  const [scope, bun] = [{ ShadowRealm: native }, { build: native, Transpiler: native }]
  interceptRealms(scope, bun)
  expect(() => Reflect.construct(scope.ShadowRealm, [])).toThrow(expect.objectContaining(refusal))
  expect(() => Reflect.construct(bun.Transpiler, [])).toThrow(expect.objectContaining(refusal))
  expect(bun.build()).rejects.toMatchObject(refusal)
  expect(calls).toEqual([])
})

test("where there is none, none is made", () => {
  const { native } = recording()
  const scope = {}
  // Without the second, Bun's own would be replaced, for every test of this process.
  interceptRealms(scope, { build: native, Transpiler: native })
  expect(scope).toEqual({})
})
