/** @file What costs are counted of: a program to compile, or what a compiler made of one, told apart by what is in the bytes. */
import { HloError, isHloText, type Module, moduleFromProto, moduleFromText } from "../cost/index.js";
import { isBytecode } from "../ir/bytecode/index.js";
import type { Operation } from "../ir/operation.js";
import { type ReadOptions, readModule } from "../ir/read-module.js";
import { decodeHloFile } from "../runtime-pjrt/index.js";
import { checkOptions } from "../support/options.js";

/** A program to compile, or one that is compiled. */
export type CostSource = { readonly stablehlo: Operation } | { readonly hlo: Module };

/**
 * Reads StableHLO (text or a portable artifact), HLO text, or an HLO module in protobuf, whatever a file of it is called.
 * @throws HloError for anything else; HloError, ParseError, BytecodeError or VerifyError for what is wrong in it
 */
export function readCostSource(bytes: Uint8Array, options: Omit<ReadOptions, "firstLine"> = {}): CostSource {
  checkOptions("readCostSource", options, { file: true, dialects: true });
  const { file = "-" } = options;
  const text = textOf(bytes);
  if (text !== undefined && isHloText(text)) return { hlo: moduleFromText(text, file) };
  if (text !== undefined || isBytecode(bytes)) return { stablehlo: readModule(bytes, options) };
  const proto = decodeHloFile(bytes);
  if (proto !== undefined) return { hlo: moduleFromProto(proto) };
  throw new HloError({
    message: `${file} is no program`,
    expected: "StableHLO text or a portable artifact, HLO text, or an HLO module in protobuf",
    where: file,
  });
}

/** Bytes as text, if they are text: UTF-8 without control characters other than white space. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell bytes from text
    return /[\x00-\x08\x0e-\x1f]/.test(text.slice(0, 10_000)) ? undefined : text;
  } catch {
    return undefined;
  }
}
