#!/usr/bin/env node
/** All programs under one name: `roentgen infer film.png` is `npx tsx src/app/infer.ts film.png`. */
import { Command } from "commander";
import { benchCommand } from "./bench.ts";
import { runProgram } from "./command-line.ts";
import { convertCommand } from "./convert.ts";
import { deidentifyCommand } from "./deidentify.ts";
import { evaluateCommand } from "./evaluate.ts";
import { explainCommand } from "./explain.ts";
import { inferCommand } from "./infer.ts";
import { infoCommand } from "./info.ts";
import { onnxTestCommand } from "./onnx-test.ts";
import { oodCommand } from "./ood.ts";
import { phantomCommand } from "./phantom.ts";
import { searchCommand } from "./search.ts";
import { segmentCommand } from "./segment.ts";
import { trainCommand } from "./train.ts";
import { version } from "./version.ts";

const program = new Command("roentgen")
  .description("Convolutional networks for chest radiographs on WebGPU. Research use, not for clinical use.")
  .version(version)
  .addCommand(inferCommand())
  .addCommand(segmentCommand())
  .addCommand(explainCommand())
  .addCommand(infoCommand())
  .addCommand(convertCommand())
  .addCommand(phantomCommand())
  .addCommand(deidentifyCommand())
  .addCommand(trainCommand())
  .addCommand(oodCommand())
  .addCommand(evaluateCommand())
  .addCommand(benchCommand())
  .addCommand(onnxTestCommand())
  .addCommand(searchCommand());

await runProgram(program);
