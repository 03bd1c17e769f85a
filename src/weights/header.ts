/**
 * @file The header of a safetensors file: 8 bytes of length (little-endian), JSON, then the tensors' bytes
 * without a gap.
 */
import { codeOfType, packedBytes, type StoredType, typeCodes, typeOfCode } from "./dtype.js";
import type { Problem } from "./errors.js";
import { JsonError } from "../support/json.js";
import { parseJsonObject } from "./json.js";

/** A tensor as the header describes it; `begin` and `end` are byte offsets from the start of the file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** In order of their bytes. */
  readonly tensors: readonly TensorEntry[];
}

/** The length field itself, in bytes. */
export const LENGTH_BYTES = 8;

/** The one key of the header that is not a tensor. */
export const METADATA_KEY = "__metadata__";

/**
 * Longer headers are refused, as by the format's own library; a lying length must not make us read gigabytes.
 */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * The header's length in bytes, or what is wrong with it. `prefix` is the first 8 bytes of the file, or
 * fewer.
 */
export function headerLength(prefix: Uint8Array, fileBytes: number): number | Problem {
  if (fileBytes < LENGTH_BYTES) {
    return {
      subject: "header",
      problem: "the file is too short to be a safetensors file",
      expected: `at least ${LENGTH_BYTES} bytes`,
      got: `${fileBytes} bytes`,
      hint: "the file was probably cut off while it was downloaded or copied; fetch it again",
    };
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  const limit = Math.min(MAX_HEADER_BYTES, fileBytes - LENGTH_BYTES);
  if (length <= BigInt(limit)) return Number(length);
  return {
    subject: "header",
    problem: "the header is said to be longer than it can be",
    expected: `at most ${limit} bytes in a file of ${fileBytes} bytes`,
    got: `${length} bytes`,
    hint: "either the file is cut off or it is not a safetensors file",
  };
}

/**
 * The header's content, every tensor checked: type, shape and byte count agree, and the tensors cover the
 * rest of the file exactly once. `json` are the header's bytes. Returns the problems instead when there are
 * any.
 */
export function parseHeader(json: Uint8Array, fileBytes: number): Header | readonly Problem[] {
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = parseJsonObject(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (error) {
    if (!(error instanceof JsonError || error instanceof TypeError)) throw error;
    return [{ subject: "header", problem: `not a JSON object in UTF-8 (${error.message})` }];
  }
  const dataBegin = LENGTH_BYTES + json.length;
  const problems: Problem[] = [];
  const tensors: TensorEntry[] = [];
  const { [METADATA_KEY]: written, ...entries } = fields;
  // The format's own library reads null as none.
  const metadata = written ?? {};
  if (!isStringRecord(metadata)) {
    problems.push({
      subject: METADATA_KEY,
      problem: "not an object of strings",
      got: JSON.stringify(metadata),
    });
  }
  for (const [name, value] of Object.entries(entries)) {
    const entry = checkEntry(name, value, dataBegin);
    if ("problem" in entry) problems.push(entry);
    else tensors.push(entry);
  }
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  // Ranges are judged together only when each is sound: a missing one would look like a gap.
  if (problems.length === 0) problems.push(...checkCoverage(tensors, dataBegin, fileBytes));
  return problems.length > 0 ? problems : { metadata: metadata as Record<string, string>, tensors };
}

function isStringRecord(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item) => typeof item === "string");
}

function isCountArray(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function checkEntry(name: string, value: unknown, dataBegin: number): TensorEntry | Problem {
  if (typeof value !== "object" || value === null) {
    return { subject: name, problem: "not a tensor description", got: JSON.stringify(value) };
  }
  const { dtype: code, shape, data_offsets: offsets } = value as Record<string, unknown>;
  const dtype = typeof code === "string" ? typeOfCode(code) : undefined;
  if (dtype === undefined) {
    const got = JSON.stringify(code) ?? "no dtype";
    return { subject: name, problem: "unknown dtype", expected: typeCodes.join(", "), got };
  }
  if (!isCountArray(shape)) {
    const got = JSON.stringify(shape) ?? "no shape";
    return { subject: name, problem: "bad shape", expected: "an array of sizes", got };
  }
  if (!isCountArray(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    const got = JSON.stringify(offsets) ?? "no data_offsets";
    return { subject: name, problem: "bad data_offsets", expected: "[begin, end], begin <= end", got };
  }
  const [begin, end] = offsets as readonly [number, number];
  const bytes = packedBytes(dtype, shape);
  if (bytes !== end - begin) {
    return {
      subject: name,
      problem: "data_offsets do not fit its type",
      expected: `${bytes ?? "a whole number of"} bytes for ${codeOfType(dtype)} [${shape.join(", ")}]`,
      got: `${end - begin} bytes`,
    };
  }
  return { name, dtype, shape, begin: dataBegin + begin, end: dataBegin + end };
}

function checkCoverage(tensors: readonly TensorEntry[], dataBegin: number, fileBytes: number): Problem[] {
  const problems: Problem[] = [];
  let covered = dataBegin;
  let previous = "the header";
  for (const { name, begin, end } of tensors) {
    if (begin !== covered) {
      problems.push({
        subject: name,
        problem: begin < covered ? `overlaps ${previous}` : `a gap between it and ${previous}`,
        expected: `to begin at byte ${covered - dataBegin} of the data`,
        got: `${begin - dataBegin}`,
      });
    }
    covered = Math.max(covered, end);
    previous = name;
  }
  if (covered === fileBytes) return problems;
  const cut = covered > fileBytes;
  problems.push({
    subject: "file size",
    problem: cut ? "the file is cut off" : "bytes after the last tensor",
    expected: `${covered} bytes`,
    got: `${fileBytes} bytes`,
    ...(cut ? { hint: "fetch the file again" } : {}),
  });
  return problems;
}
