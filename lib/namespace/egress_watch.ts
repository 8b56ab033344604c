import type { EgressList } from "../config/egress.ts";
import { parseIpv4Network } from "../config/ipv4_network.ts";
import { sleep } from "../system/sleep.ts";
import { type EgressElements, egressElements, isOpen } from "./egress_elements.ts";
import type { Names } from "./name_watch.ts";

/** A name of an egress list and its current addresses. */
export interface ReachableName {
  readonly name: string;
  /** IPv4 addresses that the firewall allows for the name. */
  readonly addresses: readonly string[];
  /** Reason why some or all addresses are not allowed. */
  readonly problem: string | undefined;
}

/** Options of {@linkcode watchEgress}. */
export interface EgressWatchOptions {
  readonly list: EgressList;
  readonly names: Names;
  /** Allows these elements, and no others. */
  readonly apply: (elements: EgressElements) => Promise<void>;
  /** Called with the allowed names, again after each change. */
  readonly onNames: (names: readonly ReachableName[]) => void;
  readonly onWarning: (message: string) => void;
}

/** Maximum time that the opening of a sandbox waits for names. Slower names are allowed later. */
const FIRST_ANSWER_MS = 2_000;

/** Keeps the firewall up to date with the addresses of names, until it is disposed. */
export async function watchEgress(options: EgressWatchOptions): Promise<AsyncDisposable> {
  const { list, names, onWarning } = options;
  const wanted = [
    ...new Set(list.rules.flatMap((rule) => rule.type === "name" ? [rule.name] : [])),
  ];
  let applied = "";
  const stop = new AbortController();
  let applying = Promise.resolve();

  function change(): void {
    applying = applying.then(async () => {
      const elements = egressElements(list, (name) => {
        const { addresses, retired } = watch.stateOf(name);
        return [...addresses, ...retired];
      });
      const names = wanted.map(reach);
      const now = JSON.stringify([elements, names]);
      if (stop.signal.aborted || now === applied) return;
      await options.apply(elements);
      // The firewall must allow an address before the function learns of it.
      options.onNames(names);
      applied = now;
    }).catch((error) => onWarning(`Cannot update the egress of a function: ${error.message}`));
  }

  function reach(name: string): ReachableName {
    const { addresses, problem } = watch.stateOf(name);
    const open = addresses.filter((one) => isOpen(parseIpv4Network(one)!, list.isPublicOnly));
    if (problem !== undefined || open.length > 0) return { name, addresses: open, problem };
    return {
      name,
      addresses: open,
      problem: addresses.length === 0
        ? "it is not resolved yet, so connections to it are refused"
        : `it resolves to ${addresses.join(", ")}, which the egress policy refuses`,
    };
  }

  const watch = names.watch(wanted, change);
  await Promise.race([watch.known, sleep(FIRST_ANSWER_MS, stop.signal)]);
  change();
  await applying;
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      watch[Symbol.dispose]();
      await applying;
    },
  };
}
