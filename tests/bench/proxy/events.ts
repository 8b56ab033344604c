import type { Bench } from "./bench.ts";
import { type Figure, median, quantile, renderFigures } from "./figures.ts";
import { UPSTREAMS } from "./ports.ts";
import { DIRECT, type Subject } from "./subjects.ts";

/** Times from write to read in one round. */
interface EventSample {
  readonly medianUs: number;
  readonly p99Us: number;
}

/** A stream of events from the function to a reader, directly or through a subject. */
interface EventStream {
  readonly name: string;
  /** Sends an event and returns the microseconds until it is read. */
  readonly send: () => Promise<number>;
  readonly close: () => void;
}

/** The function's end of each stream, by the requested path. */
type Writers = Map<string, ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>>;

const EVENTS = 500;
const PAUSE_MS = 1;
const BEGIN = "data: begin\n\n";

const FIGURES: readonly Figure<EventSample>[] = [
  { name: "median µs", digits: 0, of: (one) => one.medianUs },
  { name: "p99 µs", digits: 0, of: (one) => one.p99Us },
];

/**
 * Measures the time of an event from the function's write to the client's read. Function and client
 * are in this process and share a clock; there is one event in flight at a time.
 */
export async function runEvents(bench: Bench, subjects: readonly Subject[]): Promise<void> {
  const all = [DIRECT, ...subjects];
  const samples = new Map(all.map(({ name }) => [name, [] as EventSample[]]));
  const writers: Writers = new Map();
  const server = serveEvents(writers);
  const streams: EventStream[] = [];
  try {
    for (const [index, subject] of all.entries()) {
      streams.push(await openStream(subject, `/${index}`, writers));
    }
    for (let round = 0; round <= bench.rounds; round++) {
      const times = await sendRound(streams);
      // The first round is a warm-up.
      if (round === 0) continue;
      for (const [name, us] of times) {
        samples.get(name)!.push({ medianUs: median(us), p99Us: quantile(us, 0.99) });
      }
    }
  } finally {
    for (const stream of streams) stream.close();
    await server.shutdown();
  }
  bench.say(`events: ${EVENTS} events a round, one after the other; from write to read`);
  bench.say(renderFigures(samples, FIGURES, DIRECT.name));
}

/** Sends all events, each on all streams in turn. */
async function sendRound(streams: readonly EventStream[]): Promise<Map<string, number[]>> {
  const times = new Map(streams.map(({ name }) => [name, [] as number[]]));
  for (let event = 0; event < EVENTS; event++) {
    for (let turn = 0; turn < streams.length; turn++) {
      const { name, send } = streams[(event + turn) % streams.length]!;
      times.get(name)!.push(await send());
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return times;
}

/** Serves the function, which starts an answer and keeps it open. */
function serveEvents(writers: Writers): Deno.HttpServer {
  const headers = { "content-type": "text/event-stream" };
  return Deno.serve({ hostname: "127.0.0.1", port: UPSTREAMS.events, onListen() {} }, (request) => {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(writer) {
        writers.set(new URL(request.url).pathname, writer);
        writer.enqueue(new TextEncoder().encode(BEGIN));
      },
    });
    return new Response(body, { headers });
  });
}

async function openStream(subject: Subject, path: string, writers: Writers): Promise<EventStream> {
  const { hostname, port, host, pathname } = new URL(subject.url("events", path));
  const connection = await Deno.connect({ hostname, port: Number(port) });
  connection.setNoDelay(true);
  const request = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(4096);
  let sent = 0;

  async function readUntil(mark: string): Promise<void> {
    for (let text = ""; !text.includes(mark);) {
      const count = await connection.read(buffer);
      if (count === null) throw new Error(`${subject.name} closed a stream of events`);
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
  }

  await readUntil(BEGIN);
  const writer = writers.get(path)!;
  return {
    name: subject.name,
    async send() {
      const mark = `data: ${++sent}.\n\n`;
      const bytes = new TextEncoder().encode(mark);
      const began = performance.now();
      writer.enqueue(bytes);
      await readUntil(mark);
      return (performance.now() - began) * 1000;
    },
    close() {
      connection.close();
      try {
        writer.close();
      } catch {
        // The proxy has closed it.
      }
    },
  };
}
