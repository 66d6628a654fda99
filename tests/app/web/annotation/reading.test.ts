/** Blind reading: an order that a seed gives again, answers as a table, and agreement read from it. */
import { expect, test } from "vitest";
import {
  answered,
  newSession,
  nextToRead,
  type ReadingSession,
  readerAgreement,
  readingOrder,
  readingsCsv,
  readReadings,
} from "../../../../src/app/web/annotation/reading.ts";
import { InputError } from "../../../../src/bytes.ts";
import { now } from "./marks.ts";

const films = Array.from({ length: 12 }, (_, i) => ({ picture: i.toString(16).repeat(64), file: `film, ${i}.png` }));

test("the order is that of the seed, whatever order the films came in and however often", () => {
  const order = readingOrder(films, 5);
  expect(order.toSorted((a, b) => (a.picture < b.picture ? -1 : 1))).toEqual(films);
  expect(readingOrder([...films.toReversed(), { ...films[3], file: "again.png" }], 5)).toEqual(order);
  expect(readingOrder(films, 6)).not.toEqual(order);
  expect(order).not.toEqual(films);
});

/** Reads all films, one by one. */
function whole(reader: string, labelOf: (picture: string) => string): ReadingSession {
  let session = newSession(reader, ["covid", "normal"], films, 7, now);
  for (let film = nextToRead(session); film; film = nextToRead(session)) {
    const { picture } = film;
    session = answered(session, { picture, label: labelOf(picture), confidence: 80, seconds: 4.25, answered: now.toISOString() });
  }
  return session;
}

test("answers go to a table and back, in the order they were given", () => {
  const session = whole("Öz, Ann", (picture) => (picture < "6" ? "covid" : "normal"));
  const csv = readingsCsv([session]);
  const rows = readReadings(csv, "readings.csv");
  expect(rows.map(({ picture }) => picture)).toEqual(session.order.map(({ picture }) => picture));
  expect(rows[0]).toEqual({
    reader: "Öz, Ann",
    picture: session.order[0].picture,
    label: session.readings[0].label,
    confidence: 80,
    seconds: 4.3,
  });
  expect(csv.split("\n")[1]).toContain(`,1,${session.readings[0].label},80,4.3,${now.toISOString()},${now.toISOString()},7,urn:uuid:`);
});

test("agreement of readers is read from their tables", () => {
  const sessions = [
    whole("A", (picture) => (picture < "6" ? "covid" : "normal")),
    whole("B", (picture) => (picture < "8" ? "covid" : "normal")),
    whole("C", (picture) => (picture < "6" ? "covid" : "normal")),
  ];
  const rows = sessions.flatMap((session) => readReadings(readingsCsv([session]), "readings.csv"));
  const { pairs, all } = readerAgreement(rows);
  // A and B agree on 10 of 12; by chance on (6 · 8 + 6 · 4) / 144 = 1/2.
  expect(pairs[0].kappa.value).toBeCloseTo((10 / 12 - 1 / 2) / (1 / 2), 12);
  expect(pairs[1].kappa.value).toBe(1);
  expect(all?.pictures).toBe(12);
});

test.each([
  ["no column", "reader,label\n", "r.csv: has no column sha256"],
  ["no label", "reader,sha256,label\nA,1,\n", "r.csv: row 2 has no label"],
  [
    "a confidence of 101",
    "reader,sha256,label,confidence\nA,1,x,101\n",
    "r.csv: row 2 has a confidence that is no number from 0 to 100, got 101",
  ],
  ["seconds in words", "reader,sha256,label,seconds\nA,1,x,ten\n", "r.csv: row 2 has a seconds that is no number"],
])("%s is told by its row", (_, text, message) => {
  expect(() => readReadings(text, "r.csv")).toThrow(InputError);
  expect(() => readReadings(text, "r.csv")).toThrow(message);
});
