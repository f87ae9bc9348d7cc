/** A member of an ar archive, as a Debian package is one. */
export interface Member {
  name: string
  data: Uint8Array
}

const MAGIC = "!<arch>\n"
const LONGEST_NAME = 16

/**
 * An ar archive in parts, in the common form of System V and GNU, with short names only.
 * @param seconds the time that every member bears
 * @throws Error when a name is too long for its field
 */
export function writeAr(members: Member[], seconds: number): Uint8Array[] {
  return [
    Buffer.from(MAGIC),
    ...members.flatMap(({ name, data }) => [
      Buffer.from(headerOf(name, data.length, seconds)),
      data,
      // Each member starts at an even offset.
      Buffer.from(data.length % 2 === 1 ? "\n" : ""),
    ]),
  ]
}

function headerOf(name: string, size: number, seconds: number): string {
  if (name.length > LONGEST_NAME || /[\s/]/.test(name))
    throw new Error(`${name} cannot be the name of a member`)
  const fields: [string, number][] = [
    [name, LONGEST_NAME],
    [`${seconds}`, 12],
    ["0", 6],
    ["0", 6],
    ["100644", 8],
    [`${size}`, 10],
  ]
  return `${fields.map(([text, width]) => text.padEnd(width)).join("")}\`\n`
}
