/** Files in a page: kept in its IndexedDB under their paths, so that they outlive the page, and change whole or not at all. */
import { InputError } from "../bytes.ts";
import { inStore, settled } from "../page-store.ts";
import type { StoredFiles } from "./write-file.ts";

const FILES = "files";

/** The files of a database, by its name. Each function is one transaction, which is done once it is on the disk. */
export function pageFiles(database = "roentgen-training"): StoredFiles {
  return {
    write: (path, bytes) => changed(database, (store) => void store.put(bytes, path)),
    rename: (from, to) =>
      changed(database, (store) => {
        const found = store.get(from);
        found.onsuccess = () => {
          if (found.result === undefined) return store.transaction.abort();
          store.put(found.result, to);
          store.delete(from);
        };
      }),
    remove: (path) => changed(database, (store) => void store.delete(path)),
    async read(path) {
      const bytes: unknown = await asked(database, (store) => store.get(path));
      if (!(bytes instanceof Uint8Array)) throw new InputError(path, "no such file");
      return bytes as Uint8Array<ArrayBuffer>;
    },
    async list(folder) {
      const keys = await asked(database, (store) => store.getAllKeys(IDBKeyRange.bound(`${folder}/`, `${folder}/\uffff`)));
      return keys.map((key) => String(key).slice(folder.length + 1)).filter((name) => !name.includes("/"));
    },
    makeFolder: async () => {},
  };
}

/** Until the transaction is done, or has failed as a whole. */
const changed = (database: string, change: (store: IDBObjectStore) => void): Promise<void> =>
  inStore({ database, store: FILES }, "readwrite", (store) => {
    change(store);
    const { transaction } = store;
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("the file to be moved is not there"));
    });
  });

const asked = <T>(database: string, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
  inStore({ database, store: FILES }, "readonly", (store) => settled(ask(store)));
