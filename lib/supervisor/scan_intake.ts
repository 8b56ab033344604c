import { mergeMap, mergeSet } from "../function/merge_findings.ts";
import type { Scan } from "../function/scanner.ts";
import { findNewerCode, type NewerCode, newerRevision } from "./newer_code.ts";
import { desiredOf, reconcile, relocatedFunctions } from "./reconcile.ts";
import type { FunctionState, HandStop } from "./state.ts";
import type { Event } from "./step.ts";

/** Options of {@linkcode createScanIntake}. */
export interface ScanIntakeOptions {
  readonly states: ReadonlyMap<string, FunctionState>;
  /** Returns true if a function has new modules since the last scan began. */
  readonly isStale: (name: string) => boolean;
  readonly isWatching: () => boolean;
  /** Functions that are stopped by hand, also before they turn up. */
  readonly handStops: ReadonlyMap<string, HandStop>;
  /** Receives the events that bring the functions closer to their folders. */
  readonly dispatch: (name: string, event: Event) => void;
  /** Called when a directory is ignored for the first time, or for another reason than before. */
  readonly onIgnored: (name: string, reason: string) => void;
}

/** Turns scans of the functions directory into events, and remembers what they have found. */
export interface ScanIntake {
  /** Directories that are not served, and functions whose folders are too large, with reasons. */
  readonly ignored: ReadonlyMap<string, string>;
  /** Functions whose files were still changing at the last scan. */
  readonly unsettled: ReadonlySet<string>;
  readonly hasScanned: boolean;
  /** Makes the next scan load a function's new code even without a watch. */
  readonly ask: (name: string) => void;
  /**
   * A scan begins: it answers what was asked until now. Returns functions to look at even if their
   * folders have not changed: their new code need not wait for a reload any more.
   */
  readonly begin: () => ReadonlySet<string>;
  /**
   * Acts on the scan that began last; returns true if some function's files are settled now. The
   * time for a scan of some folders does not depend on the number of all.
   */
  readonly take: (scan: Scan) => boolean;
  /** Returns true if the last scan or the supervisor knows a directory of that name. */
  readonly isPresent: (name: string) => boolean;
  /** Newer revision of a function that serves, which waits for a reload without a watch. */
  readonly newerRevision: (name: string) => string | undefined;
}

/** Creates the intake of one supervisor. */
export function createScanIntake(options: ScanIntakeOptions): ScanIntake {
  const { states, isStale, handStops, dispatch, onIgnored } = options;
  const asked = new Set<string>();
  const places = new Map<string, string>();
  let answered: ReadonlySet<string> = new Set();
  const ignored = new Map<string, string>();
  const unsettled = new Set<string>();
  const newer = new Map<string, NewerCode>();
  let hasScanned = false;
  let isWatching = options.isWatching();

  function take(scan: Scan): boolean {
    const passedOver = new Map([...scan.ignored, ...scan.refused]);
    for (const [name, reason] of passedOver) {
      if (ignored.get(name) !== reason) onIgnored(name, reason);
    }
    hasScanned = true;
    const { names } = scan;
    const isLooked = (name: string): boolean => names?.has(name) !== false;
    const hasSettled = [...unsettled].some((name) => isLooked(name) && !scan.unsettled.has(name));
    mergeMap(ignored, passedOver, names);
    mergeSet(unsettled, scan.unsettled, names);
    const context = { states, isStale, isWatching: options.isWatching(), asked, handStops };
    mergeMap(newer, findNewerCode(scan, { ...context, before: newer }), names);
    const actions = reconcile(desiredOf(scan, context), names ? pick(states, names) : states);
    for (const action of actions) dispatch(action.name, action);
    if (context.isWatching) reloadRelocated(scan, new Set(actions.map(({ name }) => name)));
    for (const name of answered) if (isLooked(name) && !unsettled.has(name)) asked.delete(name);
    return hasSettled;
  }

  /** Reloads functions that run from a former folder, except those that are starting just now. */
  function reloadRelocated(scan: Scan, starting: ReadonlySet<string>): void {
    for (const name of relocatedFunctions(scan, { places, states })) {
      if (!starting.has(name)) dispatch(name, { type: "reload" });
    }
    for (const { name, place } of scan.functions.values()) {
      if (!scan.unsettled.has(name)) places.set(name, place);
    }
    for (const name of scan.names ?? places.keys()) if (!states.has(name)) places.delete(name);
  }

  return {
    get ignored() {
      return ignored;
    },
    get unsettled() {
      return unsettled;
    },
    get hasScanned() {
      return hasScanned;
    },
    ask: (name) => void asked.add(name),
    begin() {
      answered = new Set(asked);
      const wasWatching = isWatching;
      isWatching = options.isWatching();
      if (isWatching && !wasWatching) return new Set(states.keys());
      return new Set([...newer.keys()].filter((name) => states.get(name)?.serving === undefined));
    },
    take,
    isPresent: (name) => states.has(name) || unsettled.has(name) || ignored.has(name),
    newerRevision(name) {
      const state = states.get(name);
      return state && newerRevision(state, newer.get(name));
    },
  };
}

/** Returns the entries with these names. */
function pick<Value>(
  all: ReadonlyMap<string, Value>,
  names: ReadonlySet<string>,
): Map<string, Value> {
  const picked = new Map<string, Value>();
  for (const name of names) {
    const value = all.get(name);
    if (value !== undefined) picked.set(name, value);
  }
  return picked;
}
