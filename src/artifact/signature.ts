/** @file Who vouches for an artifact: an Ed25519 signature of its manifest, which holds the hashes of all other files. */
import { join } from "node:path";
import { z } from "zod";
import type { Problem } from "../support/problems.js";
import { type SigningKey, signerOf } from "./keys.js";
import { readLimited } from "../support/read-limited.js";

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

/** The text of SIGNATURE_FILE for a manifest. */
export function signManifest(manifest: Uint8Array, key: SigningKey): string {
  const signature: z.infer<typeof signatureSchema> = { algorithm: "ed25519", ...key.sign(manifest) };
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
    const by = signerOf(manifest, signatureSchema.parse(JSON.parse(file.bytes.toString("utf8"))));
    if (by === undefined) return { state: "wrong", reason: "it is of another manifest, or changed" };
    return { state: "valid", by };
  } catch {
    return { state: "wrong", reason: "it cannot be read" };
  }
}

/** What speaks against a signature; `key` is the name of the key that it must be of, undefined when any will do, and none too. */
export function signatureProblems(found: SignatureState, key: string | undefined): readonly Problem[] {
  const subject = SIGNATURE_FILE;
  if (found.state === "wrong") return [{ subject, problem: `wrong: ${found.reason}` }];
  if (key === undefined) return [];
  const expected = `signed by ${key}`;
  if (found.state === "none") return [{ subject, problem: "missing: nobody signed it", expected }];
  if (found.by === key) return [];
  return [{ subject, problem: "signed by somebody else", expected, got: found.by }];
}
