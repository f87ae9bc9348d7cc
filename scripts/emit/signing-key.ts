import { createPrivateKey, type KeyObject } from "node:crypto"
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { text } from "node:stream/consumers"
import { digestFor } from "../../offline/verify/signature.ts"
import { Failure } from "../lib/errors.ts"

/** Stands for standard input. */
const STDIN = "-"

/** The path of a key, absolute. */
export function keyPath(path: string | undefined): string | undefined {
  return path === undefined || path === STDIN ? path : resolve(path)
}

/**
 * Reads a private key, from a file, a pipe or standard input.
 * @param file of PEM, without a passphrase: Ed25519 or ECDSA P-256
 * @throws Failure when it is none
 */
export async function readSigningKey(file: string): Promise<KeyObject> {
  const pem = await (file === STDIN ? text(process.stdin) : readFile(file, "utf8")).catch((error) => {
    throw notRead(file, error)
  })
  const key = parseKey(file, pem)
  if (digestFor(key) === undefined)
    throw noKey(file, `it is a key of the kind ${kindOf(key)}; Ed25519 and ECDSA P-256 sign here`)
  return key
}

function parseKey(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (error) {
    const known = NO_KEYS.find(({ looks }) => looks.test(pem))
    throw noKey(file, known?.why ?? (error as Error).message, known?.next)
  }
}

const MAKE_ONE =
  "make a key: openssl genpkey -algorithm ed25519 -out key.pem; and its public part: openssl pkey -in key.pem -pubout"

/** What people give for a private key, by how it looks: first come, first told. */
const NO_KEYS: { looks: RegExp; why: string; next: string }[] = [
  { looks: /^\s*$/, why: "it is empty", next: MAKE_ONE },
  {
    looks: /-----BEGIN PUBLIC KEY-----/,
    why: "it is a public key, which checks signatures and makes none",
    next: "give the private key that it belongs to",
  },
  {
    looks: /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/,
    why: "it has a passphrase, which is not asked for here",
    next: "give it through a pipe: openssl pkey -in KEY | npm run release -- --key - (npm run build -- --sign-key -)",
  },
  {
    looks: /-----BEGIN OPENSSH PRIVATE KEY-----/,
    why: "it is in the form of OpenSSH, not PEM (PKCS#8)",
    next: MAKE_ONE,
  },
  { looks: /^(?![\s\S]*-----BEGIN)/, why: "it is no PEM: no line of it begins a key", next: MAKE_ONE },
]

/** With the curve, where the kind alone does not tell. */
function kindOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const curve = asymmetricKeyDetails?.namedCurve
  return curve ? `${asymmetricKeyType} (${curve})` : `${asymmetricKeyType}`
}

function noKey(file: string, why: string, next = MAKE_ONE): Failure {
  return new Failure({ what: `${file} cannot sign`, why, next })
}

function notRead(file: string, error: NodeJS.ErrnoException): Failure {
  const isMissing = error.code === "ENOENT"
  return new Failure(
    {
      what: `The key ${file} cannot be read`,
      why: isMissing ? "there is no such file" : error.message,
      next: isMissing
        ? `write where it is; or ${MAKE_ONE}`
        : `let this user read it (ls -l ${file}), or give it through a pipe, with - for the file`,
    },
    { cause: error },
  )
}
