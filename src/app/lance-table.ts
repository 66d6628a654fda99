/**
 * A LanceDB table of embeddings and what they are of: for collections past one machine's memory, in a folder or in object storage
 * (https://lancedb.github.io/lancedb). Its package is an optional one; 0.37.1 is the last that runs on Node 20.
 */
import { InputError } from "../bytes.ts";
import { isMissing } from "../loaders/codec.ts";

/** A row as it is stored; `item` is all that is known of the film, as JSON. */
export interface LanceRow {
  readonly sha256: string;
  /** Empty where it is not known. */
  readonly patient: string;
  readonly item: string;
}

/** A row that was found, with its embedding. */
export interface LanceFound extends LanceRow {
  readonly vector: Iterable<number>;
}

/** The metrics that LanceDB searches by, as it names them. */
export type LanceDistance = "l2" | "cosine";

/** The part of `@lancedb/lancedb` that is used. */
interface Lance {
  connect(uri: string): Promise<LanceConnection>;
}

interface LanceConnection {
  tableNames(): Promise<string[]>;
  openTable(name: string): Promise<LanceDbTable>;
  createTable(name: string, data: unknown): Promise<LanceDbTable>;
}

interface LanceDbTable {
  schema(): Promise<{ readonly metadata: ReadonlyMap<string, string> }>;
  countRows(where?: string): Promise<number>;
  add(data: unknown): Promise<unknown>;
  query(): LanceQuery;
  vectorSearch(vector: Float32Array): LanceVectorQuery;
}

interface LanceQuery {
  where(predicate: string): this;
  select(columns: readonly string[]): this;
  limit(rows: number): this;
  toArray(): Promise<readonly LanceFound[]>;
}

interface LanceVectorQuery extends LanceQuery {
  distanceType(distance: LanceDistance): this;
  /** Where the table has an approximate index: how many times as many are fetched and measured with their own numbers. */
  refineFactor(factor: number): this;
}

/** The part of `apache-arrow` that is used. */
interface Arrow {
  readonly Field: new (name: string, type: unknown, nullable: boolean) => unknown;
  readonly FixedSizeList: new (length: number, child: unknown) => unknown;
  readonly Float32: new () => unknown;
  readonly Utf8: new () => unknown;
  readonly Schema: new (fields: readonly unknown[], metadata: ReadonlyMap<string, string>) => unknown;
  readonly Struct: new (fields: readonly unknown[]) => unknown;
  readonly RecordBatch: new (schema: unknown, data: unknown) => unknown;
  readonly Table: new (batches: readonly unknown[]) => unknown;
  makeData(parts: Readonly<Record<string, unknown>>): unknown;
  vectorFromArray(values: readonly string[], type: unknown): { readonly data: readonly unknown[] };
}

const TABLE = "embeddings";
const PACKAGES = "@lancedb/lancedb@0.37.1 apache-arrow@18.1.0";

/** A table that is there; what is stored beside its rows is `metadata`. */
export interface LanceTable {
  readonly metadata: ReadonlyMap<string, string>;
  /** @throws InputError with what LanceDB says is wrong. */
  add(rows: readonly LanceRow[], vectors: Float32Array): Promise<void>;
  count(where?: string): Promise<number>;
  /** Rows that fulfil a condition, in no order. */
  rows(where: string): Promise<readonly LanceFound[]>;
  nearest(vector: Float32Array, distance: LanceDistance, limit: number, where?: string): Promise<readonly LanceFound[]>;
}

/**
 * The table of a database, or undefined where there is none.
 * @param uri a folder, or an address of object storage (s3://…, gs://…, az://…), whose keys LanceDB takes from the environment.
 * @throws InputError where the packages are not installed, or the database cannot be opened.
 */
export async function openLance(uri: string): Promise<LanceTable | undefined> {
  const connection = await connected(uri);
  return failing(uri, async () => {
    if (!(await connection.tableNames()).includes(TABLE)) return undefined;
    return tableOf(uri, await connection.openTable(TABLE));
  });
}

/**
 * Makes the table with its first rows.
 * @throws InputError where there is one already, and see `openLance`.
 */
export async function createLance(
  uri: string,
  metadata: ReadonlyMap<string, string>,
  rows: readonly LanceRow[],
  vectors: Float32Array,
): Promise<LanceTable> {
  const connection = await connected(uri);
  const data = await arrowTable(metadata, rows, vectors);
  return failing(uri, async () => tableOf(uri, await connection.createTable(TABLE, data)));
}

async function connected(uri: string): Promise<LanceConnection> {
  const lance = await optional<Lance>("@lancedb/lancedb", uri);
  return failing(uri, () => lance.connect(uri));
}

async function tableOf(uri: string, table: LanceDbTable): Promise<LanceTable> {
  const { metadata } = await table.schema();
  return {
    metadata,
    add: (rows, vectors) => failing(uri, async () => void (await table.add(await arrowTable(metadata, rows, vectors)))),
    count: (where) => failing(uri, () => table.countRows(where)),
    rows: (where) => failing(uri, () => table.query().where(where).toArray()),
    nearest: (vector, distance, limit, where) =>
      failing(uri, () => {
        const query = table.vectorSearch(vector).distanceType(distance).refineFactor(10).limit(limit);
        return (where === undefined ? query : query.where(where)).toArray();
      }),
  };
}

/** Rows as Arrow lays them out. LanceDB's own way from objects goes number by number. */
async function arrowTable(metadata: ReadonlyMap<string, string>, rows: readonly LanceRow[], vectors: Float32Array): Promise<unknown> {
  const arrow = await optional<Arrow>("apache-arrow", "LanceDB");
  const [text, float] = [new arrow.Utf8(), new arrow.Float32()];
  const list = new arrow.FixedSizeList(vectors.length / rows.length, new arrow.Field("item", float, true));
  const fields = [
    new arrow.Field("vector", list, false),
    ...(["sha256", "patient", "item"] as const).map((name) => new arrow.Field(name, text, false)),
  ];
  const numbers = arrow.makeData({ type: float, length: vectors.length, nullCount: 0, data: vectors });
  const children = [
    arrow.makeData({ type: list, length: rows.length, nullCount: 0, child: numbers }),
    ...(["sha256", "patient", "item"] as const).map(
      (name) =>
        arrow.vectorFromArray(
          rows.map((row) => row[name]),
          text,
        ).data[0],
    ),
  ];
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: rows.length, nullCount: 0, children });
  return new arrow.Table([new arrow.RecordBatch(new arrow.Schema(fields, metadata), data)]);
}

async function optional<T>(name: string, uri: string): Promise<T> {
  try {
    return await import(/* @vite-ignore */ name);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new InputError(uri, `needs packages that are not installed: npm install ${PACKAGES}`, { cause });
  }
}

async function failing<T>(uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const [line] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    throw new InputError(uri, `LanceDB says: ${line}`, { cause });
  }
}
