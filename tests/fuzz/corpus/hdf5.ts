/** Small HDF5 files with all that Keras's may hold: trees of several levels, chunks, filters, attributes. */
import { readFileSync } from "node:fs";
import { type Hdf5Object, readHdf5 } from "../../../src/loaders/hdf5/hdf5.ts";
import { toFloat32 } from "../../../src/loaders/stored-tensor.ts";
import type { Family } from "../family.ts";

const folder = new URL("../../fixtures/weights/", import.meta.url);

/** Reads everything once; a file whose groups hold one another ends by the reader's own limit. */
function walk(object: Hdf5Object, depth: number): void {
  if (object.read) toFloat32(object.read());
  if (depth < 8) for (const member of object.members?.values() ?? []) walk(member(), depth + 1);
}

export const family: Family = {
  seeds: () => ["small.h5", "chunked.h5"].map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) })),
  read: (bytes, name) => walk(readHdf5(bytes, name), 0),
};
