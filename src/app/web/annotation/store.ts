/** Where marks and readings are kept: IndexedDB of this browser, shared by the tabs of the page. */
import type { Annotation, AnnotationSet, Picture } from "./annotation.ts";
import { type Step, settled } from "./change.ts";
import type { ReadingSession } from "./reading.ts";

export interface MarkStore {
  /** Everything, the marks in the order they were made. */
  all(): Promise<AnnotationSet>;
  /** Keeps a step as one, with the film it is on; returns how many marks were meanwhile changed elsewhere (`settled`). */
  write(pictures: readonly Picture[], step: Step): Promise<number>;
  sessions(): Promise<ReadingSession[]>;
  keepSession(session: ReadingSession): Promise<void>;
  /** Who was here last. */
  lastAuthor(): Promise<string>;
  keepAuthor(name: string): Promise<void>;
  /** Told when another tab has written. */
  onOtherTab(listener: () => void): void;
  close(): void;
}

const DATABASE = "roentgen-annotation";
const [PICTURES, MARKS, SESSIONS, SETTINGS] = ["pictures", "annotations", "readings", "settings"];
const AUTHOR = "author";

/** @throws Error where the browser keeps nothing, as in some private windows. */
export async function openStore(): Promise<MarkStore> {
  const database = await opened();
  const channel = new BroadcastChannel(DATABASE);
  // A tab with a later page may want to change the database's form.
  database.addEventListener("versionchange", () => database.close());

  /** One transaction; what it has written is there for good when this resolves. */
  const transact = async <T>(names: readonly string[], mode: IDBTransactionMode, work: (of: Of) => Promise<T>): Promise<T> => {
    // "strict": told to be written only once it is on the disk.
    const transaction = database.transaction(names, mode, { durability: "strict" });
    const ended = new Promise<void>((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("the browser could not keep it")));
    });
    const [result] = await Promise.all([work((name) => transaction.objectStore(name)), ended]);
    return result;
  };
  const readAll = <T>(name: string): Promise<T[]> => transact([name], "readonly", (of) => answer<T[]>(of(name).getAll()));

  return {
    async all() {
      const annotations = await readAll<Annotation>(MARKS);
      annotations.sort((a, b) => (a.created < b.created ? -1 : Number(a.created > b.created)));
      return { pictures: await readAll<Picture>(PICTURES), annotations };
    },
    async write(pictures, step) {
      const conflicts = await transact([PICTURES, MARKS], "readwrite", async (of) => {
        for (const picture of pictures) of(PICTURES).put(picture);
        let count = 0;
        for (const change of step) {
          const id = (change.after ?? change.before)?.id ?? "";
          const { put, remove, isConflict } = settled(change, await answer<Annotation | undefined>(of(MARKS).get(id)));
          if (put) of(MARKS).put(put);
          if (remove !== undefined) of(MARKS).delete(remove);
          count += Number(isConflict);
        }
        return count;
      });
      channel.postMessage("written");
      return conflicts;
    },
    sessions: () => readAll<ReadingSession>(SESSIONS),
    keepSession: (session) => transact([SESSIONS], "readwrite", async (of) => void of(SESSIONS).put(session)),
    lastAuthor: () => transact([SETTINGS], "readonly", async (of) => (await answer<string | undefined>(of(SETTINGS).get(AUTHOR))) ?? ""),
    keepAuthor: (name) => transact([SETTINGS], "readwrite", async (of) => void of(SETTINGS).put(name, AUTHOR)),
    onOtherTab: (listener) => channel.addEventListener("message", listener),
    close() {
      channel.close();
      database.close();
    },
  };
}

type Of = (name: string) => IDBObjectStore;

function opened(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    const { result } = opening;
    result.createObjectStore(PICTURES, { keyPath: "hash" });
    result.createObjectStore(MARKS, { keyPath: "id" });
    result.createObjectStore(SESSIONS, { keyPath: "id" });
    result.createObjectStore(SETTINGS);
  };
  return answer(opening);
}

const answer = <T>(request: IDBRequest): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
