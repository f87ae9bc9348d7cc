import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { findChanges, readSums } from "../../offline/verify/list.ts"
import { findWrongSignature } from "../../offline/verify/signature.ts"
import { PAYLOAD_TYPE, preAuthentication, SIGNED } from "./sign.ts"

/**
 * What of a release is not signed by a key, or is not what was signed; a line each.
 * @param folder the release's
 * @param publicKey PEM
 */
export async function findUnsigned(folder: string, publicKey: string): Promise<string[]> {
  const found: string[] = []
  for (const name of SIGNED.filter((file) => file === "SHA256SUMS" || existsSync(join(folder, file)))) {
    const signature = await text(folder, `${name}.sig`)
    const bytes = await text(folder, name)
    const why =
      signature === undefined || bytes === undefined
        ? "there is none"
        : findWrongSignature(publicKey, Buffer.from(bytes), signature)
    if (why) found.push(`signature of ${name}: ${why}`)
  }
  return [...found, ...(await findInSums(folder)), ...(await findInEnvelope(folder, publicKey))]
}

async function findInSums(folder: string): Promise<string[]> {
  const sums = readSums((await text(folder, "SHA256SUMS")) ?? "")
  if ("wrong" in sums) return [`SHA256SUMS is no list of files: ${sums.wrong}`]
  return findChanges(sums, folder, ".")
}

/** The envelope holds the very statement that lies beside it. */
async function findInEnvelope(folder: string, publicKey: string): Promise<string[]> {
  const statement = await text(folder, "provenance.json")
  if (statement === undefined) return []
  const envelope = await text(folder, "provenance.dsse.json")
  if (envelope === undefined) return ["provenance.dsse.json is not there"]
  const { payloadType, payload, signatures } = parse(envelope)
  const bytes = Buffer.from(payload ?? "", "base64")
  if (payloadType !== PAYLOAD_TYPE || bytes.toString() !== statement)
    return ["provenance.dsse.json does not hold provenance.json"]
  const why = findWrongSignature(publicKey, preAuthentication(bytes), signatures?.[0]?.sig ?? "")
  return why ? [`signature of provenance.json: ${why}`] : []
}

function parse(text: string): { payloadType?: string; payload?: string; signatures?: { sig?: string }[] } {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

function text(folder: string, name: string): Promise<string | undefined> {
  return readFile(join(folder, name), "utf8").catch(() => undefined)
}
