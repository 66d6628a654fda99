/** What a family of loaders gives the fuzz run: valid files, and the loader that reads them. */

/** A valid file, from which spoilt ones are made. Small: some kilobytes are plenty. */
export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Family {
  /** Valid files; made or read once in each worker. */
  seeds(): Promise<readonly Seed[]> | readonly Seed[];
  /** Reads a file as a user would have it read, to the last value; may return or throw one of our errors. */
  read(bytes: Uint8Array, name: string): unknown;
}
