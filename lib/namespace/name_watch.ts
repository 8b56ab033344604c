import { sleep } from "../system/sleep.ts";
import { afterResolution, type NameState, UNKNOWN_NAME } from "./name_state.ts";
import type { ResolveName } from "./resolve_name.ts";

/** Resolves names for all functions of a supervisor, with one query for each name. */
export interface Names {
  /** Resolves names until it is disposed; calls `onChange` when the state of one changes. */
  readonly watch: (names: readonly string[], onChange: () => void) => NameWatch;
}

/** Names that are resolved again and again. */
export interface NameWatch extends Disposable {
  readonly stateOf: (name: string) => NameState;
  /** Resolves after the first query for every name. */
  readonly known: Promise<void>;
}

/** A name with its state and its listeners. */
interface Followed {
  state: NameState;
  readonly listeners: Set<() => void>;
  readonly known: Promise<void>;
  readonly stop: AbortController;
}

/** Creates {@linkcode Names}, which queries each name again when its answer expires. */
export function followNames(resolve: ResolveName): Names {
  const followed = new Map<string, Followed>();

  function follow(name: string): Followed {
    const present = followed.get(name);
    if (present !== undefined) return present;
    const first = Promise.withResolvers<void>();
    const stop = new AbortController();
    const one: Followed = {
      state: UNKNOWN_NAME,
      listeners: new Set(),
      known: first.promise,
      stop,
    };
    followed.set(name, one);
    void refresh(name, one, first.resolve);
    return one;
  }

  async function refresh(name: string, one: Followed, onKnown: () => void): Promise<void> {
    while (!one.stop.signal.aborted) {
      const before = one.state;
      one.state = afterResolution(before, await resolve(name));
      onKnown();
      if (hasChanged(before, one.state)) { for (const listener of [...one.listeners]) listener(); }
      await sleep(one.state.refreshMs, one.stop.signal);
    }
  }

  return {
    watch(names, onChange) {
      let wanted = names.map((name) => [name, follow(name)] as const);
      for (const [, one] of wanted) one.listeners.add(onChange);
      return {
        stateOf: (name) => followed.get(name)?.state ?? UNKNOWN_NAME,
        known: Promise.all(wanted.map(([, one]) => one.known)).then(() => {}),
        [Symbol.dispose]() {
          for (const [name, one] of wanted) {
            one.listeners.delete(onChange);
            if (one.listeners.size > 0) continue;
            one.stop.abort();
            followed.delete(name);
          }
          wanted = [];
        },
      };
    },
  };
}

function hasChanged(before: NameState, after: NameState): boolean {
  return before.problem !== after.problem ||
    String(before.addresses) !== String(after.addresses) ||
    String(before.retired) !== String(after.retired);
}
