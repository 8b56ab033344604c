import { sleep } from "../system/sleep.ts";
import type { StreamEvent } from "./event_stream.ts";
import {
  changedValues,
  type LiveValues,
  liveValues,
  PAGE_FIELDS,
  ROW_FIELDS,
} from "./live_values.ts";
import { shapeOfFunction, shapeOfList, shapeOfSchedules } from "./page_shape.ts";
import type { PageSource } from "./page_source.ts";
import type { Sampler, Snapshot } from "./sampler.ts";
import { type ListQuery, selectFunctions } from "./select_functions.ts";

const SCHEDULES_INTERVAL_MS = 2_000;

/** The state of a page: values of its elements, and the shape of everything else. */
interface Shown {
  readonly values: LiveValues;
  readonly shape: string;
}

/** Returns the events of a page of the list. */
export function listEvents(
  sampler: Sampler,
  { query, signal }: { readonly query: ListQuery; readonly signal: AbortSignal },
): AsyncGenerator<StreamEvent> {
  return snapshotEvents(sampler.follow(signal), ({ functions, source }) => {
    const selected = selectFunctions(functions, query);
    return { values: liveValues(selected.shown, ROW_FIELDS), shape: shapeOfList(selected, source) };
  });
}

/** Returns the events of the page of a function. */
export function functionEvents(
  sampler: Sampler,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): AsyncGenerator<StreamEvent> {
  return snapshotEvents(sampler.follow(signal), ({ functions }) => {
    const view = functions.find(({ report }) => report.name === name);
    return {
      values: liveValues(view === undefined ? [] : [view], PAGE_FIELDS),
      shape: shapeOfFunction(view),
    };
  });
}

/** Returns the shape of the schedules now, and whenever they have changed. */
export async function* scheduleEvents(
  source: Pick<PageSource, "schedules">,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  let before: string | undefined;
  while (!signal.aborted) {
    const shape = shapeOfSchedules(await source.schedules());
    if (shape !== before) yield { event: "shape", data: shape };
    before = shape;
    await sleep(SCHEDULES_INTERVAL_MS, signal);
  }
}

/** Sends all values once, then only those that change; and the shape once, then its changes. */
async function* snapshotEvents(
  snapshots: AsyncGenerator<Snapshot>,
  show: (snapshot: Snapshot) => Shown,
): AsyncGenerator<StreamEvent> {
  let before: LiveValues = new Map();
  let lastShape: string | undefined;
  for await (const snapshot of snapshots) {
    const { values, shape } = show(snapshot);
    const changed = changedValues(before, values);
    if (changed.size > 0) yield { event: "values", data: Object.fromEntries(changed) };
    if (shape !== lastShape) yield { event: "shape", data: shape };
    [before, lastShape] = [values, shape];
  }
}
