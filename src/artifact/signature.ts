/** @file Who vouches for an artifact: an Ed25519 signature of its manifest, which holds the hashes of all other files. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../support/errors.js";
import { sha256 } from "../support/hash.js";
import type { Problem } from "../support/problems.js";
import { readLimited } from "./read-limited.js";

/** The signature's file; absent from artifacts that nobody signed. */
export const SIGNATURE_FILE = "signature.json";

/** Longer is no signature of ours, bytes. */
const LONGEST = 10_000;

const signatureSchema = z.strictObject({
  algorithm: z.literal("ed25519"),
  /** SubjectPublicKeyInfo in DER, and the signature of the manifest's bytes; both base64. */
  publicKey: z.base64(),
  signature: z.base64(),
});

/** What an artifact's signature says, held against its manifest. `by` names the key: `SHA256:` and the hash of its DER form. */
export type SignatureState =
  | { readonly state: "none" }
  | { readonly state: "valid"; readonly by: string }
  | { readonly state: "wrong"; readonly reason: string };

const keyName = (key: KeyObject): string => `SHA256:${sha256(derOf(key))}`;

const derOf = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });

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
    key = parse(await readFile(path));
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
  if (key.asymmetricKeyType !== "ed25519") throw refuse(`a key of type ${key.asymmetricKeyType}`);
  return key;
}

/** @throws UsageError for what is no Ed25519 private key */
export const readSigningKey = (path: string): Promise<KeyObject> =>
  readKey(path, "private", createPrivateKey);

/** @throws UsageError for what is no Ed25519 public key */
export const readPublicKey = (path: string): Promise<KeyObject> => readKey(path, "public", createPublicKey);

/** The text of SIGNATURE_FILE for a manifest. */
export function signManifest(manifest: Uint8Array, key: KeyObject): string {
  const signature: z.infer<typeof signatureSchema> = {
    algorithm: "ed25519",
    publicKey: derOf(createPublicKey(key)).toString("base64"),
    signature: sign(null, manifest, key).toString("base64"),
  };
  return `${JSON.stringify(signature, undefined, 2)}\n`;
}

/** Holds the signature in a folder against a manifest's bytes. Never throws. */
export async function signatureOf(folder: string, manifest: Uint8Array): Promise<SignatureState> {
  const file = await readLimited(join(folder, SIGNATURE_FILE), LONGEST);
  if ("problem" in file) {
    if (file.problem === "missing") return { state: "none" };
    return { state: "wrong", reason: file.got === undefined ? file.problem : `${file.got} are no signature` };
  }
  try {
    const { publicKey, signature } = signatureSchema.parse(JSON.parse(file.bytes.toString("utf8")));
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    const isRight =
      key.asymmetricKeyType === "ed25519" && verify(null, manifest, key, Buffer.from(signature, "base64"));
    if (!isRight) return { state: "wrong", reason: "it is of another manifest, or changed" };
    return { state: "valid", by: keyName(key) };
  } catch {
    return { state: "wrong", reason: "it cannot be read" };
  }
}

/** What speaks against a signature; `key` is whose it must be, undefined when any will do, and none too. */
export function signatureProblems(found: SignatureState, key: KeyObject | undefined): readonly Problem[] {
  const subject = SIGNATURE_FILE;
  if (found.state === "wrong") return [{ subject, problem: `wrong: ${found.reason}` }];
  if (key === undefined) return [];
  const expected = `signed by ${keyName(key)}`;
  if (found.state === "none") return [{ subject, problem: "missing: nobody signed it", expected }];
  if (found.by === keyName(key)) return [];
  return [{ subject, problem: "signed by somebody else", expected, got: found.by }];
}
