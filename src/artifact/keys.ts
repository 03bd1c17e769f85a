/** @file Ed25519 keys in files, as openssl writes them. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { open } from "node:fs/promises";
import { UsageError } from "../support/errors.js";
import { sha256 } from "../support/hash.js";
import { readAtMost } from "../support/read-limited.js";

const derOf = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });

/** What a public key is called: `SHA256:` and the hash of its DER form. */
const keyName = (key: KeyObject): string => `SHA256:${sha256(derOf(key))}`;

/** A signature, and the public key (SubjectPublicKeyInfo in DER) that verifies it; both base64. */
export interface Signature {
  readonly publicKey: string;
  readonly signature: string;
}

/** A private key, which does not leave this object. */
export class SigningKey {
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.#key = key;
  }

  /** @throws UsageError for what is no Ed25519 private key */
  static async read(path: string): Promise<SigningKey> {
    return new SigningKey(await readKey(path, "private", createPrivateKey));
  }

  sign(bytes: Uint8Array): Signature {
    return {
      publicKey: derOf(createPublicKey(this.#key)).toString("base64"),
      signature: sign(null, bytes, this.#key).toString("base64"),
    };
  }
}

/** The name of the key that signed these bytes; undefined when the signature is of others. @throws Error for what is no key */
export function signerOf(bytes: Uint8Array, { publicKey, signature }: Signature): string | undefined {
  const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
  const isRight =
    key.asymmetricKeyType === "ed25519" && verify(null, bytes, key, Buffer.from(signature, "base64"));
  return isRight ? keyName(key) : undefined;
}

/** The name of the public key in a file. @throws UsageError for what is no Ed25519 public key */
export const readKeyName = async (path: string): Promise<string> =>
  keyName(await readKey(path, "public", createPublicKey));

/** Nobody is asked for a passphrase. */
const ENCRYPTED = "an encrypted key, which openssl pkey -in key.pem -out plain.pem decrypts";

/** Longer is no key in PEM, bytes. */
const LONGEST_KEY = 10_000;

async function readKey(
  path: string,
  what: "private" | "public",
  parse: (pem: Buffer) => KeyObject,
): Promise<KeyObject> {
  const make = {
    private: "openssl genpkey -algorithm ed25519 -out key.pem",
    public: "openssl pkey -in key.pem -pubout -out public.pem",
  }[what];
  const refuse = (got: string, cause?: unknown) =>
    new UsageError({
      message: `${path} cannot be used as a key`,
      expected: `an Ed25519 ${what} key in PEM`,
      got,
      hint: make,
      cause,
    });
  let key: KeyObject;
  try {
    // A pipe is waited for: keys come from programs that keep them, too.
    await using file = await open(path);
    const pem = await readAtMost(file, LONGEST_KEY);
    if (pem === undefined) throw new Error(`more than ${LONGEST_KEY} bytes`);
    if (pem.includes("ENCRYPTED")) throw new Error(ENCRYPTED);
    key = parse(pem);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What OpenSSL says of it names its own parts.
    throw refuse(code?.startsWith("ERR_OSSL") === true ? "what is no key in PEM" : message, error);
  }
  if (key.asymmetricKeyType !== "ed25519") throw refuse(`a key of type ${key.asymmetricKeyType}`);
  return key;
}
