/** What a page keeps from visit to visit: stores of values by key, in its IndexedDB. */

/** Works in a store of its own database, which is made when it is first asked for. */
export async function inStore<T>(
  { database: name, store }: { readonly database: string; readonly store: string },
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(store);
  const database = await settled(opening);
  try {
    return await work(database.transaction(store, mode, { durability: "strict" }).objectStore(store));
  } finally {
    database.close();
  }
}

/** What a request gives. */
export const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
