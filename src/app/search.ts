/** Finding like films: `npx tsx src/app/search.ts index|query|verify|evaluate|map …` */
import { Command } from "commander";
import { isMain, runProgram } from "./command-line.ts";
import { evaluateCommand } from "./search-evaluate.ts";
import { indexCommand } from "./search-index.ts";
import { mapCommand } from "./search-map.ts";
import { queryCommand } from "./search-query.ts";
import { verifyCommand } from "./search-verify.ts";
import { version } from "./version.ts";

export const searchCommand = (): Command =>
  new Command("search")
    .description("Find the films most like a film. Research use, not for clinical use.")
    .version(version)
    .addCommand(indexCommand())
    .addCommand(queryCommand())
    .addCommand(verifyCommand())
    .addCommand(evaluateCommand())
    .addCommand(mapCommand())
    .addHelpText(
      "after",
      `
Examples:
  search index films.csv --where split=train --out collection       embeddings of the default model
  search query film.png --index collection -k 5 --contact-sheet like.png
  search evaluate collection --label diagnosis                       how well neighbours tell classes apart
  search map collection --method tsne --out map.png --csv map.csv

An index is a folder: embeddings.safetensors (the vectors, and the model, layer and metric they are of) and items.jsonl (a line a film).
search COMMAND --help shows the options of a command.`,
    );

if (isMain(import.meta.url)) await runProgram(searchCommand());
