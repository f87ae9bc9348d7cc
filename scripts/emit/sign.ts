import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto"
import { SIGNED } from "../../offline/verify/list.ts"
import { digestFor } from "../../offline/verify/signature.ts"
import { toJson } from "./output.ts"

export { SIGNED }

/** What an envelope says that it holds: of in-toto. */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json"

/** The statement that gets an envelope. */
const STATEMENT = "provenance.json"

/**
 * Signs what is handed over.
 * @param files texts by file name
 * @returns signatures by file name: base64, as `cosign sign-blob` writes them, and the statement's envelope (DSSE)
 */
export function signFiles(files: Map<string, string>, key: KeyObject): Map<string, string> {
  const signed = new Map<string, string>()
  for (const name of SIGNED) {
    const text = files.get(name)
    if (text !== undefined) signed.set(`${name}.sig`, `${signBytes(Buffer.from(text), key)}\n`)
  }
  const statement = files.get(STATEMENT)
  if (statement !== undefined) signed.set("provenance.dsse.json", toJson(envelope(statement, key)))
  return signed
}

/** The sha256 of its public part (DER), by which people compare keys. */
export function fingerprintOf(key: KeyObject): string {
  const der = createPublicKey(key.export({ format: "pem", type: "pkcs8" })).export({
    format: "der",
    type: "spki",
  })
  return createHash("sha256").update(der).digest("hex")
}

/** Base64. */
export function signBytes(bytes: Uint8Array, key: KeyObject): string {
  return sign(digestFor(key)!, bytes, key).toString("base64")
}

/** DSSE, version 1: what is signed names its type, so that it is not taken for anything else. */
function envelope(statement: string, key: KeyObject) {
  const payload = Buffer.from(statement)
  return {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString("base64"),
    signatures: [{ sig: signBytes(preAuthentication(payload), key) }],
  }
}

/** DSSE's encoding of what is signed. */
export function preAuthentication(payload: Uint8Array, type = PAYLOAD_TYPE): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `
  return Buffer.concat([Buffer.from(head), payload])
}
