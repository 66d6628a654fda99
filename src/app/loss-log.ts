/** The loss of every batch of a training, as a table beside the log of its epochs: `losses.csv`. */
import { appendFile, readFile } from "node:fs/promises";
import { readCsv, writeCsv } from "../loaders/csv.ts";
import type { BatchLoss } from "../training/train-epoch.ts";
import { writeWhole } from "../training/write-file.ts";

export interface LossLog {
  add(losses: readonly BatchLoss[]): void;
  /** Ends when all that was added is written. @throws what writing threw. */
  flush(): Promise<void>;
}

const columns = ["epoch", "batch", "loss", "lr"] as const;

/** What an earlier run wrote stays, up to the batch with which this one begins. */
export function lossLog(path: string): LossLog {
  let writing: Promise<void> | undefined;
  return {
    add(losses) {
      const rows = losses.map((loss) => columns.map((column) => String(loss[column])));
      const text = rows.map((row) => `${row.join(",")}\n`).join("");
      writing = writing ? writing.then(() => appendFile(path, text)) : begin(path, losses[0], rows);
      // Whoever flushes hears of it.
      writing.catch(() => {});
    },
    flush: async () => writing,
  };
}

async function begin(path: string, { epoch, batch }: BatchLoss, rows: readonly (readonly string[])[]): Promise<void> {
  // A last line that was cut off does not count.
  const text = (await readFile(path, "utf8").catch(() => "")).replace(/[^\n]*$/, "");
  const earlier = text === "" ? [] : readCsv(text, path).rows;
  const kept = earlier.filter(([e, b]) => Number(e) < epoch || (Number(e) === epoch && Number(b) < batch));
  await writeWhole(path, new TextEncoder().encode(writeCsv({ columns, rows: [...kept, ...rows] })));
}
