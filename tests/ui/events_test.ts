import { deepEqual, equal, match, ok } from "node:assert/strict";
import { logEvents } from "../../lib/ui/log_events.ts";
import { formatEvent, type StreamEvent } from "../../lib/ui/event_stream.ts";
import { functionEvents, listEvents, scheduleEvents } from "../../lib/ui/page_events.ts";
import type { Sampler, Snapshot } from "../../lib/ui/sampler.ts";
import { functionReport } from "../cli/function_report.ts";
import { within } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { openBrowserPage } from "./browser_page.ts";
import { fakeSource } from "./fake_source.ts";

const SERIES = { requestsPerS: [], p50Ms: [], cpuShare: [], memoryBytes: [] };

/** A sampler whose snapshots a test gives. */
function samplerOf(...snapshots: readonly (readonly Partial<Report>[])[]): Sampler {
  const all = snapshots.map((reports): Snapshot => ({
    functions: reports.map((change) => ({
      report: functionReport(change),
      rates: undefined,
      series: SERIES,
    })),
    source: undefined,
  }));
  return {
    look: () => Promise.resolve(all[0]!),
    async *follow() {
      yield* await Promise.resolve(all);
    },
  };
}

type Report = ReturnType<typeof functionReport>;

const LIST = { text: "", group: undefined, page: 1 } as const;

async function eventsOf(events: AsyncGenerator<StreamEvent>): Promise<StreamEvent[]> {
  return await Array.fromAsync(events);
}

Deno.test("listEvents() sends all values once, then changed ones, and the shape if it changes", async () => {
  const sampler = samplerOf(
    [{ name: "a" }, { name: "b" }],
    [{ name: "a" }, { name: "b" }],
    [{ name: "a", ownMemoryBytes: 1024 }, { name: "b" }],
    [{ name: "a", ownMemoryBytes: 1024 }, { name: "b", reason: "new" }],
  );
  const { signal } = new AbortController();
  const events = await eventsOf(listEvents(sampler, { query: LIST, signal }));
  deepEqual(events.map(({ event }) => event), ["values", "shape", "values", "shape"]);
  equal(Object.keys(events[0]!.data as object).length, 12);
  deepEqual(events[2]!.data, { "a/memory": "1.0 KiB" });
});

Deno.test("listEvents() sends a new shape if the source becomes stale", async () => {
  const source = {
    reference: "oci://registry.test/f:stable",
    digest: "sha256:1",
    takenAt: "2026-01-30T09:15:00.000Z",
    checkedAt: null,
    failures: 0,
    problem: null,
  };
  const snapshots: readonly Snapshot[] = [
    { functions: [], source },
    { functions: [], source: { ...source, checkedAt: source.takenAt } },
    { functions: [], source: { ...source, problem: "It is away" } },
  ];
  const sampler: Sampler = {
    look: () => Promise.resolve(snapshots[0]!),
    async *follow() {
      yield* await Promise.resolve(snapshots);
    },
  };
  const { signal } = new AbortController();
  const events = await eventsOf(listEvents(sampler, { query: LIST, signal }));
  deepEqual(events.map(({ event }) => event), ["shape", "shape"]);
});

Deno.test("functionEvents() changes the shape if the function goes away", async () => {
  const { signal } = new AbortController();
  const events = await eventsOf(
    functionEvents(samplerOf([{ name: "a" }], []), { name: "a", signal }),
  );
  deepEqual(events.map(({ event }) => event), ["values", "shape", "shape"]);
});

Deno.test("scheduleEvents() begins with the shape, and ends with the signal", async () => {
  const ended = new AbortController();
  const events = scheduleEvents(fakeSource(), ended.signal);
  equal((await events.next()).value!.event, "shape");
  ended.abort();
  ok((await within(events.next(), "the end")).done);
});

Deno.test("logEvents() sends past lines, then new ones, and counts what it leaves out", async () => {
  await using directory = await temporaryDirectory();
  const line = (text: string): string => `2026-01-31T09:15:00.074Z stdout F ${text}\n`;
  const past = Array.from({ length: 300 }, (_, index) => line(`past ${index}`));
  const path = await directory.write("shop.log", past.join(""));
  const ended = new AbortController();
  const events = logEvents(directory.path, { name: "shop", signal: ended.signal });
  const first = (await events.next()).value!.data as { lines: { parts: unknown }[] };
  equal(first.lines.length, 200);
  deepEqual(first.lines.at(-1)!.parts, [["past 299", ""]]);
  const added = Array.from({ length: 1_000 }, (_, index) => line(`new ${index}`));
  await Deno.writeTextFile(path, added.join(""), { append: true });
  const next = await within(events.next(), "new lines");
  const { lines, skipped } = next.value!.data as { lines: { parts: unknown }[]; skipped: number };
  deepEqual([lines.length, skipped], [300, 700]);
  deepEqual(lines.at(-1)!.parts, [["new 999", ""]]);
  ended.abort();
  ok((await within(events.next(), "the end")).done);
});

Deno.test("logEvents() waits for a log that does not exist yet", async () => {
  await using directory = await temporaryDirectory();
  const ended = new AbortController();
  const events = logEvents(directory.path, { name: "shop", signal: ended.signal });
  deepEqual((await events.next()).value!.data, { lines: [] });
  await directory.write("shop.log", "2026-01-31T09:15:00.074Z stderr F hi\n");
  const { lines } = (await within(events.next(), "the line")).value!.data as {
    lines: { isError: boolean }[];
  };
  deepEqual(lines.map(({ isError }) => isError), [true]);
  ended.abort();
  await within(events.next(), "the end");
});

Deno.test("formatEvent() keeps text of functions within one event", () => {
  const text = formatEvent({ event: "lines", data: ["a\n\nevent: shape\r\ndata: x"] });
  equal(text.split(/\r\n|\n|\r/).length, 4);
});

Deno.test("page: a stream ends with its session, and there are not more than 32", async () => {
  using browser = openBrowserPage();
  await browser.logIn();
  const gone = new AbortController();
  const streams = await Promise.all(
    Array.from({ length: 32 }, () => browser.ask("/_ui/schedules/events", { signal: gone.signal })),
  );
  equal(streams[0]!.headers.get("content-type"), "text/event-stream");
  equal((await browser.ask("/_ui/events")).status, 503);
  const reader = streams[0]!.body!.pipeThrough(new TextDecoderStream()).getReader();
  match((await reader.read()).value!, /^retry: 3000/);
  await browser.post("/_ui/logout");
  const rest = (async () => {
    while (!(await reader.read()).done);
  })();
  await within(rest, "the end of the stream");
  gone.abort();
  await browser.logIn();
  const again = await browser.ask("/_ui/schedules/events");
  equal(again.status, 200);
  await again.body!.cancel();
  await Promise.all(streams.slice(1).map((stream) => stream.body!.cancel()));
});
