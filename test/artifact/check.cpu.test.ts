import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { models } from "../../models/index.js";
import {
  checkCompatibility,
  type CompatibilityOptions,
  type Manifest,
  openArtifact,
  type WeightsIndex,
} from "../../src/artifact/index.js";
import { exportModel } from "../../src/engine/index.js";
import { openSafetensors, type TensorData, writeSafetensors } from "../../src/weights/index.js";
import { useCpu } from "../dsl/cpu.js";
import { temporaryFolder } from "../cli/griffin.js";
import { demoArtifact } from "./demo-artifact.js";
import { changedCopy, demo, rewriteFile, sharedFolder } from "./exported.js";

const cpu = useCpu();
const shared = await sharedFolder();
const copied = await demoArtifact({ withWeights: true, text: true });
const bare = join(shared, "bare");
let compiled: string;

beforeAll(async () => {
  const config = join(shared, "config");
  compiled = await demoArtifact({ text: true, compiler: { client: cpu.client } });
  await exportModel({ folder: await configurationOf(config), models }, bare, { chunk: 16, samplers: false });
});

/** A model folder with nothing but its configuration. */
async function configurationOf(folder: string): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, "config.json"), await readFile(join(demo, "config.json")));
  return folder;
}

/** What speaks against running it on the CPU plugin, with the artifact's path as ARTIFACT and the plugin's StableHLO as CURRENT. */
async function reasons(path: string, options: CompatibilityOptions = {}): Promise<string> {
  await using artifact = await openArtifact(path);
  const { current, minimum } = cpu.client.plugin.stablehloVersions;
  return await checkCompatibility(artifact, cpu.client, options).then(
    () => "none",
    (error: Error) =>
      error.message
        .replaceAll(path, "ARTIFACT")
        .replaceAll(current!, "CURRENT")
        .replaceAll(minimum!, "MINIMUM"),
  );
}

/** Weights with other tensors in the place of some; undefined leaves one out. */
async function changeWeights(
  path: string,
  change: (tensors: Record<string, TensorData>) => void,
): Promise<void> {
  await using file = await openSafetensors(path);
  const tensors: Record<string, TensorData> = {};
  for (const [name, { dtype, shape, read }] of file.tensors)
    tensors[name] = { dtype, shape, data: await read() };
  change(tensors);
  await writeSafetensors(path, tensors, file.metadata);
}

describe("an artifact that fits", () => {
  test("has nothing against it", async () => {
    expect(await reasons(copied)).toBe("none");
    expect(await reasons(compiled)).toBe("none");
    expect(await reasons(bare, { weights: demo })).toBe("none");
  });
});

describe("what speaks against running", () => {
  test("programs for a StableHLO that the plugin does not read, with what to do", async () => {
    const version = (stablehlo: string) =>
      changedCopy(copied, (manifest) => ({
        ...manifest,
        programs: manifest.programs.map((program) =>
          program.kind === "decode" ? { ...program, stablehlo } : program,
        ),
      }));
    expect(await reasons(await version("1.99.0"))).toBe(
      [
        "artifact error: StableHLO 1.99.0: pjrt_c_api_cpu_plugin.so does not read it",
        "  expected: MINIMUM to CURRENT",
        "  got:      decode_1x1",
        "  at:       ARTIFACT",
        "  hint:     export with --stablehlo-version CURRENT, or use a newer plugin",
      ].join("\n"),
    );
    expect(await reasons(await version("0.1.0"))).toMatch(
      /^artifact error: StableHLO 0\.1\.0: pjrt_c_api_cpu_plugin\.so does not read it\n.*\n.*\n.*\n {2}hint: {5}export again, or use an older plugin$/,
    );
  });

  test("more memory than there is, by what the compiler planned", async () => {
    const text = await reasons(compiled, { memoryLimit: 5_000_000 });
    expect(text).toMatch(
      /^artifact error: device memory: extend_1x16 does not fit\n {2}expected: at most 5000000 bytes\n {2}got: {6}\d{7} bytes \(weights, state, results and temporaries\)\n/,
    );
    expect(await reasons(compiled, { memoryLimit: 50_000_000 })).toBe("none");
    // Without stored executables nobody has planned anything.
    expect(await reasons(copied, { memoryLimit: 1 })).toBe("none");
  });

  test("weights of another size, dtype or shape, and tensors that are gone", async () => {
    const folder = await changedCopy(copied, async (manifest, copy) => {
      await changeWeights(join(copy, "weights/model.safetensors"), (tensors) => {
        delete tensors["model.final_norm.weight"];
        tensors["model.layers.0.temporal_pre_norm.weight"] = {
          dtype: "f32",
          shape: [64],
          data: new Uint8Array(256),
        };
        tensors["model.layers.1.temporal_pre_norm.weight"] = {
          dtype: "bf16",
          shape: [128],
          data: new Uint8Array(256),
        };
      });
      return manifest;
    });
    expect(await reasons(folder)).toMatch(
      new RegExp(
        [
          "^artifact error: 4 problems in ARTIFACT",
          " +problem +expected +got",
          "  ARTIFACT/weights/model\\.safetensors +changed since the export +5178008 bytes +\\d+ bytes",
          "  model\\.layers\\.0\\.temporal_pre_norm\\.weight +changed since the export +f32 \\[128\\] +f32 \\[64\\]",
          "  model\\.layers\\.1\\.temporal_pre_norm\\.weight +changed since the export +f32 \\[128\\] +bf16 \\[128\\]",
          "  model\\.final_norm\\.weight +no longer in model\\.safetensors +f32 \\[128\\]$",
        ].join("\n"),
      ),
    );
  });

  test("weights that are not where they were, or were never there", async () => {
    const moved = join(await temporaryFolder(), "a", "b", "moved");
    await cp(compiled, moved, { recursive: true });
    const { folder } = JSON.parse(await readFile(join(moved, "weights.index.json"), "utf8")) as WeightsIndex;
    expect(await reasons(moved)).toBe(
      [
        `artifact error: ${join(moved, folder, "model.safetensors")}: does not exist`,
        "  at:       ARTIFACT",
        "  hint:     if the weights lie elsewhere, give their model folder (--weights)",
      ].join("\n"),
    );
    expect(await reasons(moved, { weights: demo })).toBe("none");
    expect(await reasons(bare)).toBe(
      "artifact error: weights: exported without\n  at:       ARTIFACT\n  hint:     give a model folder that has the tensors of weights.index.json (--weights)",
    );
  });

  test("a folder of other weights than the artifact wants", async () => {
    const hawk = demo.replace("demo-kjv", "hawk-sharded");
    const text = await reasons(copied, { weights: hawk });
    expect(text).toMatch(/^artifact error: \d+ problems in ARTIFACT\n/);
    expect(text).toMatch(/model\.embed_tokens\.weight +wrong shape +\[260, 128\]/);
  });

  test("everything at once: version, files, weights, memory", async () => {
    const folder = await changedCopy(compiled, async (manifest, copy) => {
      const newer: Manifest = {
        ...manifest,
        programs: manifest.programs.map((program) => ({ ...program, stablehlo: "1.99.0" })),
      };
      const index = JSON.parse(await readFile(join(copy, "weights.index.json"), "utf8")) as WeightsIndex;
      const moved = Buffer.from(JSON.stringify({ ...index, folder: "../gone" }));
      await writeFile(join(copy, "README.md"), "changed");
      await rm(join(copy, "programs/decode_1x1.mlirbc"));
      const text = await readFile(join(copy, "tokenizer/tokenizer.json"), "utf8");
      await writeFile(join(copy, "tokenizer/tokenizer.json"), text.replace("a", "b"));
      return rewriteFile(newer, copy, "weights.index.json", moved);
    });
    const text = await reasons(folder, { memoryLimit: 1000 });
    const lines = text.split("\n");
    expect(lines[0]).toBe("artifact error: 6 problems in ARTIFACT");
    expect(
      lines.slice(2).map((line) => /^ {2}(\S+(?: \S+)*?) {2,}(.*?)(?: {2,}|$)/.exec(line)!.slice(1)),
    ).toEqual([
      ["StableHLO 1.99.0", "pjrt_c_api_cpu_plugin.so does not read it"],
      ["README.md", "changed"],
      ["programs/decode_1x1.mlirbc", "missing"],
      ["tokenizer/tokenizer.json", "changed"],
      [join(folder, "../gone/model.safetensors"), "does not exist"],
      ["device memory", "extend_1x16 does not fit"],
    ]);
  });

  test("copied weights that are a link to elsewhere, unless the bytes there are those of the manifest", async () => {
    const elsewhere = join(await temporaryFolder(), "model.safetensors");
    const bytes = await readFile(join(copied, "weights/model.safetensors"));
    const linked = () =>
      changedCopy(copied, async (manifest, copy) => {
        await rm(join(copy, "weights/model.safetensors"));
        await symlink(elsewhere, join(copy, "weights/model.safetensors"));
        return manifest;
      });
    await writeFile(elsewhere, bytes);
    expect(await reasons(await linked())).toBe("none");
    await writeFile(elsewhere, bytes.with(-1, bytes.at(-1)! ^ 1));
    expect(await reasons(await linked())).toMatch(
      /^artifact error: weights\/model\.safetensors: changed\n {2}expected: SHA-256 .*\n.*\n {2}at: {7}ARTIFACT$/,
    );
  });

  test("a file beside the tokenizer's that would be read with it, and that the manifest does not list", async () => {
    const folder = await changedCopy(copied, async (manifest, copy) => {
      await writeFile(join(copy, "tokenizer/chat_template.jinja"), "{{ messages }}");
      return manifest;
    });
    expect(await reasons(folder)).toBe(
      [
        "artifact error: tokenizer/chat_template.jinja: read, but not in the manifest's list of files",
        "  at:       ARTIFACT",
        "  hint:     remove it, or export the model again with it",
      ].join("\n"),
    );
  });

  test("copied weights that are gone, once", async () => {
    const folder = await changedCopy(copied, async (manifest, copy) => {
      await rm(join(copy, "weights"), { recursive: true });
      return manifest;
    });
    expect(await reasons(folder)).toBe(
      "artifact error: ARTIFACT/weights/model.safetensors: does not exist\n  at:       ARTIFACT\n  hint:     if the weights lie elsewhere, give their model folder (--weights)",
    );
  });
});
