// Appends to a peer for some seconds, and prints one line of JSON: {"events_per_s": …, "refused": …}.
//
//   node peer.mjs emmett|emmett-kept|act FILE EVENTS CALLERS SECONDS
//
// Each call appends EVENTS events to one of 100,000 streams, chosen at random; CALLERS calls are made at once. The store is as
// it is shipped. `emmett-kept` keeps the connection open through Emmett's lower-level function: the store opens one for each call.
import { randomUUID } from "node:crypto";

const [, , peer, file, eventsText, callersText, secondsText] = process.argv;
const events = Number(eventsText);
const callers = Number(callersText);
const milliseconds = Number(secondsText) * 1000;
const streams = 100_000;

// 240 bytes of JSON, as Whence's side has them.
const data = () => ({
  customerId: `customer-${Math.floor(Math.random() * streams)}`,
  country: "United Kingdom",
  items: Array.from({ length: 3 }, () => ({
    item: `item-${10_000 + Math.floor(Math.random() * 4_000)}`,
    quantity: 1 + Math.floor(Math.random() * 24),
    cents: 100 + Math.floor(Math.random() * 5_000),
  })),
});

async function emmett() {
  const { getSQLiteEventStore } = await import("@event-driven-io/emmett-sqlite");
  const store = getSQLiteEventStore({ schema: { autoMigration: "CreateOrUpdate" }, fileName: file });
  return (stream) =>
    store.appendToStream(stream, Array.from({ length: events }, () => ({ type: "OrderPlaced", data: data() })));
}

async function emmettKept() {
  const { appendToStream, createEventStoreSchema, sqliteConnection } = await import("@event-driven-io/emmett-sqlite");
  const connection = sqliteConnection({ fileName: file });
  await connection.command("PRAGMA journal_mode = WAL");
  await createEventStoreSchema(connection);
  return async (stream) => {
    const messages = Array.from({ length: events }, () => ({
      type: "OrderPlaced", kind: "Event", data: data(), metadata: { messageId: randomUUID(), streamName: stream },
    }));
    const result = await appendToStream(connection, stream, "order", messages);
    if (!result.success) throw new Error("refused");
  };
}

async function act() {
  const { SqliteStore } = await import("@rotorsoft/act-sqlite");
  const store = new SqliteStore({ url: `file:${file}` });
  await store.seed();
  return (stream) =>
    store.commit(stream, Array.from({ length: events }, () => ({ name: "OrderPlaced", data: data() })), {
      correlation: randomUUID(), causation: {},
    });
}

const append = await { emmett, "emmett-kept": emmettKept, act }[peer]();
let committed = 0;
let refused = 0;
let why = "";
const begun = performance.now();

async function call() {
  while (performance.now() - begun < milliseconds) {
    try {
      await append(`order-${Math.floor(Math.random() * streams)}`);
      committed += events;
    } catch (failure) {
      ++refused;
      why ||= String(failure.message);
      await new Promise(setImmediate);
    }
  }
}

await Promise.all(Array.from({ length: callers }, call));
const seconds = (performance.now() - begun) / 1000;
console.log(JSON.stringify({ events_per_s: committed / seconds, refused, why }));
process.exit(0);
