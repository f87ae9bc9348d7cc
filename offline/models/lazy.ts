import type { CatalogueProvider } from "./catalogue.ts"

/** A provider of upstream's, as far as it is touched here. */
interface Listed {
  models: unknown
}

const NONE = { value: {}, enumerable: true }

const entries = new WeakMap<object, CatalogueProvider>()

/** What the catalogue says of a provider that {@link buildLazily} made; undefined of any other. */
export function catalogueEntry(provider: object): CatalogueProvider | undefined {
  return entries.get(provider)
}

/**
 * Upstream's list of providers, with the models of each made when they are first asked for. Upstream makes those of all: some
 * thousands, of which a session uses one, and twice, as it changes a copy.
 * @param raw the providers as the catalogue has them
 * @param build upstream's: makes a provider, models and all, of one of the catalogue's
 * @returns an object as upstream's `build` would have filled it, for each key of `raw`
 */
export function buildLazily<R extends CatalogueProvider, P extends Listed>(
  raw: Readonly<Record<string, R>>,
  build: (raw: R) => P,
): Record<string, P> {
  return mapEntries(raw, (from) => {
    const provider = withLazyModels(build({ ...from, models: {} }), () => build(from).models)
    entries.set(provider, from)
    return provider
  })
}

/**
 * A copy of what {@link buildLazily} made, which can be changed: no models are made for it before they are asked for.
 * @param copy upstream's: copies a provider, models and all
 */
export function copyLazily<P extends Listed>(
  providers: Readonly<Record<string, P>>,
  copy: (provider: P) => P,
): Record<string, P> {
  return mapEntries(providers, (from) => {
    const fields = Object.getOwnPropertyDescriptors(from)
    const withoutModels: P = Object.defineProperties(Object.create(null), { ...fields, models: NONE })
    return withLazyModels(copy(withoutModels), () => copy(from).models)
  })
}

/** From then on they are a field like any other. Who sets them has set them. */
function withLazyModels<P extends Listed>(shell: P, make: () => unknown): P {
  const settle = (value: unknown) =>
    Object.defineProperty(shell, "models", { value, writable: true, enumerable: true, configurable: true })
  return Object.defineProperty(shell, "models", {
    get: () => settle(make()).models,
    set: settle,
    enumerable: true,
    configurable: true,
  })
}

function mapEntries<A, B>(from: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]))
}
