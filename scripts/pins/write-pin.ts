import { link, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { type Pin, PRODUCT, pinFile, pinName, readPin } from "./pin.ts"

/** @throws Failure when the pin is there already: what it names must not change */
export async function requireNew(file: string): Promise<void> {
  if (await stat(file).catch(() => undefined)) throw alreadyThere(file)
}

/**
 * Writes a pin that is not there yet into a folder of its own in `folder`, whole or not at all.
 * @throws Failure when it is there, or is not what a pin must be
 */
export async function writePin(pin: Pin, folder: string): Promise<void> {
  const file = pinFile(pinName(pin), folder)
  await mkdir(folder, { recursive: true })
  const temporary = await mkdtemp(join(folder, ".making-"))
  try {
    const made = pinFile(pinName(pin), temporary)
    await mkdir(dirname(made))
    await writeFile(made, printPin(pin))
    await readPin(pinName(pin), temporary)
    await mkdir(dirname(file), { recursive: true })
    // Unlike a rename, a link never takes the place of a file that is there.
    await link(made, file)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? alreadyThere(file) : error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** As this repository formats JSON: a short list of names on one line. */
export function printPin(pin: Pin): string {
  const { product, ...rest } = pin
  const text = JSON.stringify(product === PRODUCT ? rest : pin, null, 2)
  const lists = /\[\n\s+("[^"]*"(?:,\n\s+"[^"]*")*)\n\s+\]/g
  return `${text.replace(lists, (_, names: string) => `[${names.replace(/\n\s+/g, " ")}]`)}\n`
}

function alreadyThere(file: string): Failure {
  return new Failure({
    what: `${file} is left as it is`,
    why: "what a pin names never changes: whoever built from it must get the same again",
    next: "npm run build -- --pin with its name; to look at what the registry has now: npm run pin -- VERSION --out FOLDER",
  })
}
