import { createPublicKey, verify } from "node:crypto"

/** The keys that sign: what each is called, and the digest that node:crypto is told. */
const DIGESTS: Record<string, string | null> = { ed25519: null, prime256v1: "sha256" }

/**
 * The digest that a key signs with: none for Ed25519, which hashes by itself.
 * @returns undefined for a key of another kind
 */
export function digestFor(key: {
  asymmetricKeyType?: string
  asymmetricKeyDetails?: { namedCurve?: string }
}): string | null | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = key
  const kind = asymmetricKeyType === "ec" ? asymmetricKeyDetails?.namedCurve : asymmetricKeyType
  return kind === undefined ? undefined : DIGESTS[kind]
}

/**
 * Whether a signature is that of the key over the bytes.
 * @param publicKey PEM
 * @param signature base64, as `cosign sign-blob` writes it
 * @returns why it cannot be said; undefined when it is
 */
export function findWrongSignature(
  publicKey: string,
  bytes: Uint8Array,
  signature: string,
): string | undefined {
  const key = readKey(publicKey)
  const digest = key && digestFor(key)
  if (!key || digest === undefined) return "the key is no public key in PEM, Ed25519 or ECDSA P-256"
  const raw = Buffer.from(signature.trim(), "base64")
  if (raw.length === 0) return "the signature is empty, or not base64"
  return isRight(digest, bytes, key, raw) ? undefined : "the signature is not that of this key over this file"
}

function readKey(pem: string) {
  try {
    return createPublicKey(pem)
  } catch {
    return undefined
  }
}

function isRight(
  digest: string | null,
  bytes: Uint8Array,
  key: ReturnType<typeof createPublicKey>,
  raw: Buffer,
): boolean {
  try {
    return verify(digest, bytes, key, raw)
  } catch {
    return false
  }
}
