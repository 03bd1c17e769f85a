/** @file docs/passes.md, from the table of passes. */
import { type Pass, passOptions } from "../../src/passes/index.js";
import { allPasses } from "../../src/targets/index.js";
import { cell, code, fence, heading, page } from "./markdown.js";

function passText(pass: Pass): string {
  const { name, summary, example } = pass;
  const options = passOptions(pass).map(({ name: option, values, default: preset, help }) => {
    const usual = preset === undefined || preset === "" ? "" : code(String(preset));
    return `| ${code(option)} | ${cell(values)} | ${usual} | ${cell(help)} |`;
  });
  const table = ["| option | values | default | |", "|---|---|---|---|", ...options].join("\n");
  const used = example.options === undefined ? name : `${name}{${example.options}}`;
  return [
    `## ${name}`,
    cell(summary),
    ...(options.length === 0 ? [] : [table]),
    `Before ${code(used)}:`,
    fence("mlir", example.before),
    "After:",
    fence("mlir", example.after),
  ].join("\n\n");
}

/** The page of all passes. */
export const passesPage = (): string =>
  page([
    heading("Passes", "the passes' declarations"),
    `A pipeline is named as text, \`griffin opt program.mlir --pass-pipeline 'cse,dce'\`, or built of values: \`runPipeline(module, [cse.with(), dce.with()])\`
of \`stablegriffin/passes\`. What each pass does is shown on a program before and after it, which is its test. How to write one: \`examples/own-pass.ts\`.`,
    ...allPasses.passes.map(passText),
  ]);
