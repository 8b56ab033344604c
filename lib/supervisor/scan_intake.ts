import type { Modules } from "../function/revision.ts";
import type { Scan } from "../function/scanner.ts";
import { findNewerCode, type NewerCode, newerRevision } from "./newer_code.ts";
import { desiredOf, reconcile, relocatedFunctions } from "./reconcile.ts";
import type { FunctionState, HandStop } from "./state.ts";
import type { Event } from "./step.ts";

/** Options of {@linkcode createScanIntake}. */
export interface ScanIntakeOptions {
  readonly states: ReadonlyMap<string, FunctionState>;
  /** Modules of each function, as its last check named them. */
  readonly modules: ReadonlyMap<string, Modules>;
  readonly isWatching: () => boolean;
  /** Functions that are stopped by hand, also before they turn up. */
  readonly handStops: ReadonlyMap<string, HandStop>;
  /** Receives the events that bring the functions closer to their folders. */
  readonly dispatch: (name: string, event: Event) => void;
  /** Called when a directory is ignored for the first time, or for another reason than before. */
  readonly onIgnored: (name: string, reason: string) => void;
}

/** Turns scans of the functions directory into events, and remembers the last scan. */
export interface ScanIntake {
  /** Directories that are not served, and functions whose folders are too large, with reasons. */
  readonly ignored: ReadonlyMap<string, string>;
  /** Functions whose files were still changing at the last scan. */
  readonly unsettled: ReadonlySet<string>;
  readonly hasScanned: boolean;
  /** Makes the next scan load a function's new code even without a watch. */
  readonly ask: (name: string) => void;
  /** A scan begins: it looks at the files that are known now. */
  readonly begin: () => void;
  /** Acts on the scan that began last; returns true if some function's files are settled now. */
  readonly take: (scan: Scan) => boolean;
  /** Returns true if the last scan or the supervisor knows a directory of that name. */
  readonly isPresent: (name: string) => boolean;
  /** Newer revision of a function that serves, which waits for a reload without a watch. */
  readonly newerRevision: (name: string) => string | undefined;
}

/** Creates the intake of one supervisor. */
export function createScanIntake(options: ScanIntakeOptions): ScanIntake {
  const { states, modules, handStops, dispatch, onIgnored } = options;
  const asked = new Set<string>();
  const places = new Map<string, string>();
  let atBegin = { modules: new Map(modules), asked: new Set(asked) };
  let ignored: ReadonlyMap<string, string> = new Map();
  let unsettled: ReadonlySet<string> = new Set();
  let newer: ReadonlyMap<string, NewerCode> = new Map();
  let hasScanned = false;

  function take(scan: Scan): boolean {
    const passedOver = new Map([...scan.ignored, ...scan.refused]);
    for (const [name, reason] of passedOver) {
      if (ignored.get(name) !== reason) onIgnored(name, reason);
    }
    hasScanned = true;
    ignored = passedOver;
    const hasSettled = [...unsettled].some((name) => !scan.unsettled.has(name));
    unsettled = scan.unsettled;
    const { modules: before, asked: answered } = atBegin;
    const isStale = (name: string): boolean => before.get(name) !== modules.get(name);
    const context = { states, isStale, isWatching: options.isWatching(), asked, handStops };
    newer = findNewerCode(scan, context);
    const actions = reconcile(desiredOf(scan, context), states);
    for (const action of actions) dispatch(action.name, action);
    if (context.isWatching) reloadRelocated(scan, new Set(actions.map(({ name }) => name)));
    for (const name of answered) if (!unsettled.has(name)) asked.delete(name);
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
    for (const name of places.keys()) if (!states.has(name)) places.delete(name);
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
    begin: () => void (atBegin = { modules: new Map(modules), asked: new Set(asked) }),
    take,
    isPresent: (name) => states.has(name) || unsettled.has(name) || ignored.has(name),
    newerRevision(name) {
      const state = states.get(name);
      return state && newerRevision(state, newer.get(name));
    },
  };
}
