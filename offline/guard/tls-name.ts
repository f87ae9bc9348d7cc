import type { PeerCertificate } from "node:tls"
import { apply } from "../primordials.ts"
import { builtin } from "./builtin.ts"

type Check = (host: string, certificate: PeerCertificate) => Error | undefined

/** What native code takes of how a connection is secured; a program's own are among them. */
export interface TlsOptions {
  servername?: string
  serverName?: string
  checkServerIdentity?: Check
}

/**
 * Has a server that is dialled by its address show a certificate for its name. Some releases of the runtime compare the
 * certificate with the `Host` header otherwise, port and all.
 */
export function checkAgainst(name: string, own: Check | undefined): Check {
  return (_dialled, certificate) => {
    const { checkServerIdentity } = builtin<typeof import("node:tls")>("node:tls")
    return apply(own ?? checkServerIdentity, undefined, [name, certificate])
  }
}
