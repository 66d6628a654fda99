/** The page that works on pictures: bundled with what it works with. */
import { hashes } from "../imaging/operations.ts";

declare global {
  var pictureHashes: typeof hashes;
}

globalThis.pictureHashes = hashes;
