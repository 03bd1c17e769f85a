/** @file A program as tables: what its functions take and give, and what it is made of. */
import type { ProgramDescription } from "../../engine/index.js";
import { formatTable } from "../../support/table.js";
import { formatBytes } from "../progress.js";

export function programLines(program: ProgramDescription): readonly string[] {
  const { path, form, bytes, module, stablehlo, oldestStablehlo, functions, operations } = program;
  const total = operations.reduce((sum, { count }) => sum + count, 0);
  const versions = [
    ...(stablehlo === undefined ? [] : [`written for StableHLO ${stablehlo}`]),
    oldestStablehlo === undefined
      ? "no version of StableHLO can express it"
      : `StableHLO ${oldestStablehlo} can express it`,
  ].join("; ");
  return [
    `${path}: ${form}, ${module === undefined ? "" : `module @${module}, `}${total} operations, ${formatBytes(bytes)}`,
    `  ${versions}`,
    ...functions.flatMap(functionLines),
    "",
    ...formatTable(
      ["operation", "times"],
      operations.map(({ name, count }) => [name, String(count)]),
      [1],
    ),
  ];
}

function functionLines({
  name,
  isPublic,
  arguments: args,
  results,
}: ProgramDescription["functions"][number]): readonly string[] {
  const title = `@${name}${isPublic ? "" : " (private)"}: ${args.length} arguments, ${results.length} results`;
  if (!isPublic) return ["", title];
  const rows = [
    ...args.map((value, i) => [`argument ${i}`, value.type, value.role ?? "", value.name ?? ""]),
    ...results.map((value, i) => [`result ${i}`, value.type, value.role ?? "", value.name ?? ""]),
  ];
  return ["", title, ...formatTable(["", "type", "role", "name"], rows).map((line) => `  ${line}`)];
}
