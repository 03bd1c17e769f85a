import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { cp, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { models } from "../../models/index.js";
import { exportModel } from "../../src/engine/index.js";
import { SigningKey } from "../../src/artifact/keys.js";
import { DIGEST_FILE, MANIFEST_FILE } from "../../src/artifact/manifest.js";
import { digestLine } from "../../src/artifact/files.js";
import { UsageError } from "../../src/support/errors.js";
import { sha256 } from "../../src/support/hash.js";
import { griffin, temporaryFolder } from "../cli/griffin.js";
import { demo, sharedFolder } from "./exported.js";

const shared = await sharedFolder();
const at = (name: string) => join(shared, name);
const [signed, archive] = [at("signed"), at("signed.zip")];

async function writePair(name: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  await writeKey(`${name}.pem`, privateKey, "pkcs8");
  await writeKey(`${name}-public.pem`, publicKey, "spki");
}

async function writeKey(name: string, key: KeyObject, type: "pkcs8" | "spki"): Promise<void> {
  await writeFile(at(name), key.export({ type, format: "pem" }) as string);
}

beforeAll(async () => {
  for (const name of ["mine", "other"]) await writePair(name);
  const options = { chunk: 16, samplers: false, sign: at("mine.pem") };
  await exportModel({ folder: demo, models }, signed, options);
  await exportModel({ folder: demo, models }, archive, { ...options, zip: true });
});

const inspect = (path: string, key: string) =>
  griffin(["inspect", "--verify", "--public-key", at(key), path]);

/** A copy of the signed artifact, as deep, since it names its weights relative to itself; with something changed. */
async function changed(change: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(await temporaryFolder(), "copy");
  await cp(signed, folder, { recursive: true });
  await change(folder);
  return folder;
}

describe("a signed artifact", () => {
  test.each([
    ["folder", signed],
    ["archive", archive],
  ])("is its signer's, and says whose: %s", async (_, path) => {
    const { exitCode, stdout, stderr } = await inspect(path, "mine-public.pem");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/every byte as its manifest says; .*signed by SHA256:[0-9a-f]{64}$/);
  });

  test("is nobody else's", async () => {
    const { exitCode, stderr } = await inspect(signed, "other-public.pem");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /signature\.json: signed by somebody else\n {2}expected: signed by SHA256:[0-9a-f]{64}\n {2}got: {6}SHA256:[0-9a-f]{64}\n/,
    );
  });

  test("without its signature is refused when one is asked for", async () => {
    const folder = await changed((copy) => rm(join(copy, "signature.json")));
    const { exitCode, stderr } = await inspect(folder, "mine-public.pem");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("signature.json: missing: nobody signed it");
    expect((await griffin(["inspect", "--verify", folder])).exitCode).toBe(0);
  });

  test.each([
    ["the manifest", MANIFEST_FILE],
    ["the signature", "signature.json"],
  ])("with a byte changed in %s is refused, asked for or not", async (_, file) => {
    const folder = await changed(async (copy) => {
      const text = await readFile(join(copy, file), "utf8");
      await writeFile(join(copy, file), text.replace(/"(publicKey|name)": "./, '"$1": "Q'));
      const manifest = await readFile(join(copy, MANIFEST_FILE));
      await writeFile(join(copy, DIGEST_FILE), digestLine(sha256(manifest)));
    });
    for (const args of [[], ["--public-key", at("mine-public.pem")]]) {
      const { exitCode, stderr } = await griffin(["inspect", ...args, folder]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(
        /signature\.json: wrong: it (is of another manifest, or changed|cannot be read)/,
      );
    }
  });

  test.each([
    [
      "too long to be one",
      (file: string) => truncate(file, 2 ** 40),
      `wrong: ${2 ** 40} bytes are no signature`,
    ],
    [
      "a folder",
      async (file: string) => {
        await rm(file);
        await mkdir(file);
      },
      "wrong: not a file",
    ],
  ] as const)("whose signature is %s is refused, and not read", async (_, spoil, problem) => {
    const folder = await changed((copy) => spoil(join(copy, "signature.json")));
    const { exitCode, stderr } = await griffin(["inspect", folder]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`signature.json: ${problem}`);
  });

  test("runs only when the key that is asked for has signed it", async () => {
    const generate = (...args: string[]) => griffin(["generate", "--prompt", "x", ...args]);
    const key = ["--public-key", at("other-public.pem")];
    const refused = await generate("--artifact", signed, ...key);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("signature.json: signed by somebody else");
    expect(await generate("--model", "golden/demo-kjv", ...key)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "usage error: --public-key goes with an artifact\n  at:       golden/demo-kjv\n  hint:     a model folder has weights of its own, and no signature, executables or plan of memory",
    });
  });
});

test("keys that are encrypted, truncated or endless are refused with words about them", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  const secret = { cipher: "aes-256-cbc", passphrase: "x" };
  await writeFile(at("encrypted.pem"), privateKey.export({ type: "pkcs8", format: "pem", ...secret }));
  await writeFile(at("truncated.pem"), pem.slice(0, 60));
  const got = async (key: string): Promise<unknown> => {
    const error: unknown = await SigningKey.read(key).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).details.got;
  };
  expect(await got(at("encrypted.pem"))).toBe(
    "an encrypted key, which openssl pkey -in key.pem -out plain.pem decrypts",
  );
  expect(await got(at("truncated.pem"))).toBe("what is no key in PEM");
  expect(await got("/dev/zero")).toBe("more than 10000 bytes");
});

test.each([
  ["a public key", ["--sign", at("mine-public.pem")], "an Ed25519 private key in PEM"],
  ["another kind of key", ["--sign", at("rsa.pem")], "an Ed25519 private key in PEM"],
  ["no file", ["--sign", at("none.pem")], "an Ed25519 private key in PEM"],
])("to sign with %s is refused before anything is exported", async (_, args, expected) => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  await writeKey("rsa.pem", privateKey, "pkcs8");
  const to = ["-o", at("never")];
  const { exitCode, stderr } = await griffin(["export", "--model", demo, ...to, ...args]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    `usage error: ${args[1]} cannot be used as a key\n  expected: ${expected}\n  got:      `,
  );
  expect(stderr).toMatch(/hint: {5}openssl genpkey -algorithm ed25519 -out key\.pem$/);
});
