import { link, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { printJson } from "../lib/print-json.ts"
import { TARGETS } from "../upstream/target.ts"
import { type Pin, PRODUCT, pinFile, pinName, readPin } from "./pin.ts"

/** @throws Failure when the pin is there already: what it names must not change */
export async function requireNew(file: string): Promise<void> {
  if (await stat(file).catch(() => undefined)) throw alreadyThere(file)
}

/**
 * Writes a pin that is not there yet into a folder of its own in `folder`, whole or not at all.
 * @throws Failure when it is there, or is not what a pin must be
 */
export function writePin(pin: Pin, folder: string): Promise<void> {
  // Unlike a rename, a link never takes the place of a file that is there.
  return makePin(pin, folder, link)
}

/**
 * Writes a pin in the place of the one that is there, which it must agree with: {@link withTargets}.
 * @throws Failure when it is not what a pin must be
 */
export function replacePin(pin: Pin, folder: string): Promise<void> {
  return makePin(pin, folder, rename)
}

/**
 * A pin with more targets; those that it has stay as they are.
 * @throws Failure when the new ones were made with another Bun, which a pin has one of
 */
export function withTargets(pin: Pin, { bun, targets }: Pick<Pin, "bun" | "targets">): Pin {
  if (bun.version !== pin.bun.version)
    throw new Failure({
      what: `${Object.keys(targets).join(", ")} cannot be added to the pin ${pinName(pin)}`,
      why: `they were made with Bun ${bun.version}, and what the pin has with ${pin.bun.version}`,
      next: "see whether the packages of the registry are upstream's: npm view NAME@VERSION dist.integrity",
    })
  const all = { ...targets, ...pin.targets }
  const sorted = TARGETS.flatMap(({ name }) => (all[name] ? [[name, all[name]] as const] : []))
  return { ...pin, targets: Object.fromEntries(sorted) }
}

async function makePin(pin: Pin, folder: string, put: typeof link): Promise<void> {
  const file = pinFile(pinName(pin), folder)
  await mkdir(folder, { recursive: true })
  const temporary = await mkdtemp(join(folder, ".making-"))
  try {
    const made = pinFile(pinName(pin), temporary)
    await mkdir(dirname(made))
    await writeFile(made, printPin(pin))
    await readPin(pinName(pin), temporary)
    await mkdir(dirname(file), { recursive: true })
    await put(made, file)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? alreadyThere(file) : error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** As this repository formats JSON. */
export function printPin(pin: Pin): string {
  const { product, ...rest } = pin
  return printJson(product === PRODUCT ? rest : pin)
}

function alreadyThere(file: string): Failure {
  return new Failure({
    what: `${file} is left as it is`,
    why: "what a pin names never changes: whoever built from it must get the same again",
    next: "npm run build -- --pin with its name; to add targets to it: --add; to look at what the registry has now: npm run pin -- VERSION --out FOLDER",
  })
}
