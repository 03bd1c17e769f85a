/** @file The options of griffin eval. */
import { Command } from "commander";
import { addArtifactOptions, modelOption } from "../model-option.js";
import {
  addCacheOption,
  addLoadOption,
  addLoweringOptions,
  addPluginOption,
  dtypeOption,
  oneOf,
  regularExpression,
  repeated,
  wholeNumber,
} from "../options.js";
import type { Launch } from "./launch.js";

const NOTES = `
Tasks:
  perplexity   log-likelihood, loss and perplexity of .txt or .jsonl files (the lines of griffin train), of any length; the end
               of a text or an answer counts as one of its tokens
  choice       lines {"prompt", "choices": [TEXT, ...], "answer": NUMBER FROM 0 OR TEXT}: the most likely choice
  generate     lines {"prompt", "answer"}: what is written, greedily, compared as text or as numbers

Examples:
  griffin eval --model demo --data kjv.txt
  griffin eval --model DIR --task choice --data questions.jsonl --json
  griffin eval ./my-model.ts#mamba --model DIR --data kjv.txt      a checkpoint of a model of your own
  griffin eval --artifact kjv --data kjv.txt      after griffin export --model demo --score -o kjv
  griffin eval --model DIR --task generate --data gsm8k.jsonl --preamble solved.txt --template 'Q: {question}\\nA:' --stop '\\nQ:' \\
    --extract 'The answer is \\$?(-?[\\d.,]+)' --extract '(-?[\\d.,]*\\d)' --expect '#### (.*)' --number
                              GSM8K after solved examples: the number after "The answer is", else the last number, is compared

A choice is spelt by itself after its question: the space between them belongs to one of both, and is no byte of a likelihood a byte.`;

/** Lines' ends as people can type them. */
const withLines = (text: string): string => text.replaceAll("\\n", "\n");

/** The command as people call it; its work is loaded when it runs. */
export function evalCommand(launch: Launch): Command {
  const command = addArtifactOptions(
    new Command("eval")
      .description("test a model: perplexity of texts, multiple choice, answers that it writes")
      .argument("[module#name]", "a model that this module exports, .ts or .js, if the checkpoint is of that")
      .addOption(modelOption("folder of a checkpoint")),
    "griffin export --score",
  )
    .option(
      "--data <file>",
      "what to test on; repeatable",
      repeated((text) => text),
    )
    .option(
      "--task <name>",
      "perplexity, choice, generate",
      oneOf("--task", ["perplexity", "choice", "generate"] as const),
      "perplexity",
    )
    .option("--batch <n>", "texts side by side (default: 8, or the artifact's)", wholeNumber("--batch", 1))
    .option(
      "--template <text>",
      "with choice and generate: a question made of its line's {field}s; \\n begins a line (default: {prompt})",
      withLines,
    )
    .option(
      "--preamble <file>",
      "with choice and generate: file of text in front of every question, such as solved examples",
    )
    .option("--stop <text>", "with generate: what ends an answer; repeatable", repeated(withLines))
    .option(
      "--extract <pattern>",
      "with generate: where the answer is in what was written, the last match, its group if it has one, found within 2 s; repeat it for what is tried next",
      repeated(regularExpression("--extract")),
    )
    .option(
      "--expect <pattern>",
      "with generate: where the right answer is in the line's answer",
      regularExpression("--expect"),
    )
    .option("--number", "with generate: compare as numbers")
    .option(
      "--max-new-tokens <n>",
      "with generate: the most tokens of an answer (default: 256)",
      wholeNumber("--max-new-tokens", 1),
    )
    .addOption(dtypeOption());
  return addLoadOption(addCacheOption(addLoweringOptions(addPluginOption(command))))
    .addHelpText("after", NOTES)
    .action(launch(async () => (await import("../eval.js")).runEval));
}
