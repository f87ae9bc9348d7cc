import { answerDns, parseDnsQuestion } from "./dns-message.ts"

/** Where the resolver of a namespace listens. Not a loopback address, so that a lookup is seen as traffic. */
export const resolverAddress = "198.18.0.1"

const FIRST = 0xc6_12_00_10
const LAST = 0xc6_13_ff_ff

/**
 * Gives each name an address of its own out of 198.18.0.0/15, the range for tests (RFC 2544); a name such as
 * `at-10-0-0-5.example` the address that it says, as whoever runs a name server may answer with any.
 */
export class NameTable {
  readonly #addresses = new Map<string, string>()
  readonly #names = new Map<string, string>()

  addressOf(name: string): string {
    const known = this.#addresses.get(name)
    if (known) return known
    const next = FIRST + this.#addresses.size
    if (next > LAST) throw new Error("more names were looked up than 198.18.0.0/15 has addresses")
    const said = /^at-(\d+-\d+-\d+-\d+)\./.exec(name)?.[1]?.replaceAll("-", ".")
    const address = said ?? [24, 16, 8, 0].map((shift) => (next >>> shift) & 0xff).join(".")
    this.#addresses.set(name, address)
    this.#names.set(address, name)
    return address
  }

  nameOf(address: string): string | undefined {
    return this.#names.get(address)
  }
}

/**
 * Calls `send` until it does not throw. Bun has "port unreachable", which came back for an earlier answer, thrown at the
 * next one, whoever that is for: it is then not sent. What cannot be sent at all is given up, and its asker asks again.
 */
function sendAnyway(send: () => void): void {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      send()
      return
    } catch {}
  }
}

/**
 * Answers every lookup: an A query with the name's address, any other with "no such record".
 * @param before called ahead of each answer
 */
export async function startResolver(names: NameTable, before: () => void): Promise<void> {
  await Bun.udpSocket({
    hostname: resolverAddress,
    port: 53,
    socket: {
      data(socket, query, port, address) {
        const question = parseDnsQuestion(query)
        if (!question) return
        before()
        const found = question.type === "A" ? names.addressOf(question.name) : undefined
        const answer = answerDns(query, found)
        if (answer) sendAnyway(() => socket.send(answer, port, address))
      },
      // An asker that closed its socket before the answer came is no fault of ours; what our code throws comes here too.
      // Bun's types have the socket as the first argument; it gives the error alone.
      error(...given: unknown[]) {
        const problem = given.at(-1)
        if (!(problem instanceof Error && "syscall" in problem)) throw problem
      },
    },
  })
}
