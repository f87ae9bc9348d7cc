import { expect, test } from "bun:test"
import { buildLazily, catalogueEntry, copyLazily } from "../../../offline/models/lazy.ts"

interface Provider {
  id: string
  models: Record<string, { name: string }>
}

const raw = {
  one: { id: "one", models: { a: {}, b: {} } },
  two: { id: "two", models: { c: {} } },
}

/** Counts of which providers the models were made. */
function counting() {
  const made: string[] = []
  const build = ({ id, models }: { id: string; models?: object }): Provider => {
    const names = Object.keys(models ?? {})
    if (names.length > 0) made.push(id)
    return { id, models: Object.fromEntries(names.map((name) => [name, { name: `${id}/${name}` }])) }
  }
  return { made, build }
}

/** As upstream's does it. */
const copyOf = (provider: Provider): Provider => JSON.parse(JSON.stringify(provider))

test("no models are made before they are asked for, and then once", () => {
  const { made, build } = counting()
  const copy = copyLazily(buildLazily(raw, build), copyOf)
  expect(Object.values(copy).map(({ id }) => id)).toEqual(["one", "two"])
  expect(made).toEqual([])
  expect(copy.one!.models).toBe(copy.one!.models)
  expect(made).toEqual(["one"])
})

test("what is made is what upstream's makes, in the same order, as JSON and as entries", () => {
  const { build } = counting()
  const whole = Object.fromEntries(Object.entries(raw).map(([id, entry]) => [id, build(entry)]))
  for (const lazy of [buildLazily(raw, build), copyLazily(buildLazily(raw, build), copyOf)]) {
    expect(JSON.stringify(lazy)).toBe(JSON.stringify(whole))
    expect(Object.values(lazy).map((provider) => Object.entries(provider))).toEqual(
      Object.values(whole).map((provider) => Object.entries(provider)),
    )
  }
})

test("a change to the copy stays in it", () => {
  const list = buildLazily(raw, counting().build)
  const copy = copyLazily(list, copyOf)
  copy.one!.models.a!.name = "changed"
  delete copy.one!.models.b
  copy.two!.models = { other: { name: "set" } }
  expect(Object.keys(copy.one!.models)).toEqual(["a"])
  expect(copy.two!.models).toEqual({ other: { name: "set" } })
  expect(list.one!.models).toEqual({ a: { name: "one/a" }, b: { name: "one/b" } })
  expect(list.two!.models).toEqual({ c: { name: "two/c" } })
})

test("what the catalogue says is known of what was built of it, and of nothing else", () => {
  const { build } = counting()
  const list = buildLazily(raw, build)
  expect(catalogueEntry(list.one!)).toBe(raw.one)
  expect(catalogueEntry(copyLazily(list, copyOf).one!)).toBeUndefined()
  expect(catalogueEntry({ ...list.one! })).toBeUndefined()
})
