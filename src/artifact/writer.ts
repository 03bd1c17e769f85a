/** @file The files of an artifact in the order in which they are written, and the manifest that names them. */
import { realpath } from "node:fs/promises";
import { basename, dirname, relative, sep } from "node:path";
import type { MachineKey } from "../support/machine-key.js";
import type { ArtifactContent } from "./content.js";
import type { FilesWritten } from "./files-written.js";
import { fingerprintText } from "./fingerprint.js";
import { sha256 } from "../support/hash.js";
import { formatJson } from "./json.js";
import {
  type Fingerprint,
  FORMAT,
  type Manifest,
  manifestSchema,
  SCHEMA_VERSION,
  type WeightsIndex,
} from "./manifest.js";
import { artifactReadme } from "./readme.js";
import { seal } from "./seal.js";
import type { SigningKey } from "./keys.js";
import type { WrittenFile } from "./sink.js";

/** What vouches for what is written. */
export interface SigningKeys {
  /** Seals the executables, so that this machine knows them again; without it they run nowhere unasked. */
  readonly machine?: MachineKey | undefined;
  /** Ed25519 private key that signs the manifest. */
  readonly signing?: SigningKey | undefined;
}

/** A short name for where executables run. */
const fingerprintId = (fingerprint: Fingerprint): string => sha256(fingerprintText(fingerprint)).slice(0, 16);

/** Writes the parts of one artifact in order. */
export class ArtifactWriter {
  constructor(
    private readonly written: FilesWritten,
    private readonly keys: SigningKeys,
  ) {}

  async write(content: ArtifactContent, place: string): Promise<void> {
    const { name, tools, target, dtype, precision, model, generation, batch, chunk } = content;
    const index = await this.#weights(content, place);
    const manifest: Omit<Manifest, "files"> = {
      format: FORMAT,
      schemaVersion: SCHEMA_VERSION,
      ...{
        name,
        tools,
        target,
        dtype,
        ...(precision === undefined ? {} : { precision }),
        model,
        generation,
        batch,
        chunk,
      },
      programs: await this.#programs(content),
      compiled: await this.#compiled(content),
      weights: await this.written.add("weights.index.json", formatJson(index)),
      tokenizer: await this.#tokenizer(content),
    };
    await this.written.add("README.md", artifactReadme(manifest, index));
    const text = (files: readonly WrittenFile[]) => formatJson(manifestSchema.parse({ ...manifest, files }));
    await this.written.finish(text, this.keys.signing);
  }

  async #weights({ weights, copyWeights }: ArtifactContent, place: string): Promise<WeightsIndex> {
    const { files, ...described } = weights;
    if (files.length === 0) return { location: "none", folder: "", files: [], ...described };
    if (copyWeights) {
      for (const { path } of files) await this.written.add(`weights/${basename(path)}`, { copyOf: path });
      const copied = this.written.files.map(({ path, bytes, sha256 }) => ({
        name: basename(path),
        bytes,
        sha256,
      }));
      return { location: "copied", folder: "weights", files: copied, ...described };
    }
    const folder = relative(place, await realpath(dirname(files[0]!.path)))
      .split(sep)
      .join("/");
    const named = files.map(({ path, bytes }) => ({ name: basename(path), bytes }));
    return { location: "reference", folder, files: named, ...described };
  }

  async #programs({ programs }: ArtifactContent): Promise<Manifest["programs"]> {
    const described: Manifest["programs"] = [];
    for (const { bytecode, text, ...program } of programs) {
      const file = await this.written.add(`programs/${program.name}.mlirbc`, bytecode);
      if (text === undefined) described.push({ ...program, file });
      else
        described.push({
          ...program,
          file,
          text: await this.written.add(`programs/${program.name}.mlir`, text),
        });
    }
    return described;
  }

  async #compiled({ compiled }: ArtifactContent): Promise<Manifest["compiled"]> {
    const described: Manifest["compiled"] = [];
    for (const { fingerprint, topology, executables } of compiled) {
      const folder = `compiled/${fingerprintId(fingerprint)}`;
      const stored: Manifest["compiled"][number]["executables"] = {};
      for (const [name, { bytes, memory }] of executables) {
        const file = await this.written.add(`${folder}/${name}.bin`, bytes);
        stored[name] = {
          file,
          ...(memory === undefined ? {} : { memory }),
          ...this.#seal(fingerprint, `programs/${name}.mlirbc`, file),
        };
      }
      described.push({ fingerprint, ...(topology === undefined ? {} : { topology }), executables: stored });
    }
    return described;
  }

  #seal(fingerprint: Fingerprint, program: string, executable: string): { readonly seal?: string } {
    const { machine } = this.keys;
    if (machine === undefined) return {};
    const hashOf = (path: string) => this.written.files.find((file) => file.path === path)!.sha256;
    return {
      seal: seal(machine, { fingerprint, program: hashOf(program), executable: hashOf(executable) }),
    };
  }

  async #tokenizer({ tokenizer }: ArtifactContent): Promise<Manifest["tokenizer"]> {
    const paths: string[] = [];
    for (const file of tokenizer)
      paths.push(await this.written.add(`tokenizer/${basename(file)}`, { copyOf: file }));
    return paths;
  }
}
