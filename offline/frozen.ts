import { freeze, ownKeys } from "./primordials.ts"

/** The same object, frozen with all that its properties lead to: our modules are in reach of any code, by their names. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value
  const names = ownKeys(freeze(value))
  for (let index = 0; index < names.length; index++)
    frozen((value as Record<PropertyKey, unknown>)[names[index]!])
  return value
}
