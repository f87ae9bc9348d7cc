import { generateKeyPairSync, randomBytes } from "node:crypto"
import { isIP } from "node:net"
import type { pki } from "node-forge"

/** A certificate authority to be thrown away, and its key, which its certificates share. Both are PEM. */
export interface Authority {
  certificate: string
  key: string
}

/** Makes an authority that nobody else trusts. */
export async function createAuthority(): Promise<Authority> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
  const certificate = await sign(key, "Throw-away authority of an audit", [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
  ])
  return { certificate, key }
}

/** A certificate for a server of this name, or at this address. */
export function issueCertificate({ key }: Authority, host: string): Promise<string> {
  return sign(key, host, [
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames: [isIP(host) ? { type: 7, ip: host } : { type: 2, value: host }] },
  ])
}

/** A certificate by which a client of this name shows who it is. */
export function issueClientCertificate({ key }: Authority, name: string): Promise<string> {
  return sign(key, name, [{ name: "extKeyUsage", clientAuth: true }])
}

const ISSUER = [{ name: "commonName", value: "Throw-away authority of an audit" }]
const DAY_MS = 24 * 60 * 60 * 1000

async function sign(key: string, name: string, extensions: object[]): Promise<string> {
  // Takes a while to load, and most runs need no certificate.
  const { default: forge } = await import("node-forge")
  const privateKey = forge.pki.privateKeyFromPem(key) as pki.rsa.PrivateKey
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e)
  certificate.serialNumber = `01${randomBytes(15).toString("hex")}`
  // A run may put its clock forward.
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS)
  certificate.validity.notAfter = new Date(Date.now() + 365 * DAY_MS)
  certificate.setSubject([{ name: "commonName", value: name.slice(0, 64) }])
  certificate.setIssuer(ISSUER)
  certificate.setExtensions(extensions)
  certificate.sign(privateKey, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}
