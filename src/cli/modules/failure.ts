/** @file What a module of the author's threw, in our form: at the author's line, without frames of ours. */
import { resolve } from "node:path";
import {
  EnvironmentError,
  type ErrorDetails,
  GriffinError,
  type SourcePosition,
} from "../../support/errors.js";
import { authorLines, filePath, type Frame, frameOf } from "../../support/own-code.js";
import { originalPosition } from "../../support/source-map.js";
import { sourceExcerpt } from "../../support/source-excerpt.js";
import { formatReference, type ModuleReference } from "./reference.js";

/** A module of the author's cannot be used: its own code failed. */
export class ModuleError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("module error", details);
  }
}

/**
 * @param error what was thrown while a module was loaded, or its code was called
 * @param subject the module as the author named it, and which export of it
 * @param what of the sentence: `does not load`
 */
export async function explainFailure(
  error: unknown,
  { file, name }: ModuleReference,
  what: string,
): Promise<GriffinError> {
  if (error instanceof GriffinError) return error;
  const missing = missingImport(error);
  if (missing !== undefined) return missingError(missing, file);
  const where = placeOf(error) ?? (error instanceof SyntaxError ? await syntaxProblem(file) : undefined);
  return new ModuleError({
    message: `${formatReference({ file, name })} ${what}`,
    got: describe(error),
    where: where ?? resolve(file),
    details: where === undefined ? [] : sourceExcerpt(where),
    cause: error,
  });
}

/**
 * What was thrown after modules were loaded, by code of the author's that the command called: at their line, if a frame is theirs; otherwise as
 * it is.
 */
export function explainLater(error: unknown): unknown {
  if (error instanceof GriffinError || !(error instanceof Error)) return error;
  const frame = innermostFrame(error);
  if (frame === undefined || isInstalled(frame)) return error;
  const where = originalPosition(frame);
  return new ModuleError({
    message: "code of a module fails",
    got: describe(error),
    where,
    details: sourceExcerpt(where),
    cause: error,
  });
}

/** Where the first thing stands in a file of JavaScript that is none. */
async function syntaxProblem(file: string): Promise<SourcePosition | undefined> {
  const { findSyntaxError } = await import("./typescript.js");
  return findSyntaxError(resolve(file));
}

/** `TypeError: ...`, the first line of what it says, with the names that the author wrote. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `${String(error)} was thrown`;
  const text = error.message
    .split("\n")[0]!
    .trim()
    .replace(/\(0 ?, [\w$]+\.([\w$]+)\)/g, "$1");
  return PARSE_ERROR.test(error.message)
    ? text.replace(/^ParseError/, "SyntaxError")
    : `${error.name}: ${text}`;
}

/** What an import of a module did not find. */
function missingImport(error: unknown): string | undefined {
  const { code, message = "" } = (error ?? {}) as { readonly code?: unknown; readonly message?: string };
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return undefined;
  return /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1];
}

function missingError(name: string, file: string): GriffinError {
  const isFile = /^(?:\.|\/|file:)/.test(name);
  const [scope = "", base = ""] = name.split("/");
  const packageName = scope.startsWith("@") ? `${scope}/${base}` : scope;
  return new EnvironmentError({
    message: `${file} imports ${isFile ? "a file" : "a package"} that is not there`,
    got: name,
    where: resolve(file),
    hint: isFile ? undefined : `npm install ${packageName}`,
  });
}

/** How jiti says where TypeScript is none; its columns count from 0. */
const PARSE_ERROR = /^ParseError: .*\n ([^\n]+):(\d+):(\d+)$/s;

/** How Node shows what links wrongly, above the error: file and line, the line, a caret. */
const LINK_ERROR = /^(\S.*):(\d+)\n.*\n( *)\^/;

/** The author's place: that which the loader tells, or the innermost frame of their code. */
function placeOf(error: unknown): SourcePosition | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message, stack = "" } = error;
  const parsed = PARSE_ERROR.exec(message);
  if (parsed !== null) return { file: parsed[1]!, line: Number(parsed[2]), column: Number(parsed[3]) + 1 };
  const linked = LINK_ERROR.exec(stack);
  if (linked !== null)
    return { file: filePath(linked[1]!), line: Number(linked[2]), column: linked[3]!.length + 1 };
  const frame = innermostFrame(error);
  return frame === undefined ? undefined : originalPosition(frame);
}

/** The innermost frame of the author's; of a package that they use where none is. */
function innermostFrame({ stack = "" }: Error): Frame | undefined {
  const frames = authorLines(stack).map((line) => frameOf(line)!);
  return frames.find((frame) => !isInstalled(frame)) ?? frames[0];
}

const isInstalled = ({ file }: Frame): boolean => /[\\/]node_modules[\\/]/.test(file);
