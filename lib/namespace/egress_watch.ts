import type { EgressList } from "../config/egress.ts";
import { parseIpv4Network } from "../config/ipv4_network.ts";
import { sleep } from "../system/sleep.ts";
import { type EgressElements, egressElements, isOpen } from "./egress_elements.ts";
import type { Names } from "./name_watch.ts";

/** A name of an egress list, and where it leads now. */
export interface ReachableName {
  readonly name: string;
  /** IPv4 addresses that are open for it. */
  readonly addresses: readonly string[];
  /** Why some or all of what it stands for is not open. */
  readonly problem: string | undefined;
}

/** How {@linkcode watchEgress} works. */
export interface EgressWatchOptions {
  readonly list: EgressList;
  readonly names: Names;
  /** Opens these elements, and closes all others. */
  readonly apply: (elements: EgressElements) => Promise<void>;
  /** Told once what is open, and again whenever that changes. */
  readonly onNames: (names: readonly ReachableName[]) => void;
  readonly onWarning: (message: string) => void;
}

/** How long an opening waits for names; those that take longer are opened later. */
const FIRST_ANSWER_MS = 2_000;

/** Keeps what is open for a list in step with where its names lead, until it is disposed of. */
export async function watchEgress(options: EgressWatchOptions): Promise<AsyncDisposable> {
  const { list, names, onWarning } = options;
  const wanted = [
    ...new Set(list.rules.flatMap((rule) => rule.type === "name" ? [rule.name] : [])),
  ];
  let told = "";
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
      if (stop.signal.aborted || now === told) return;
      await options.apply(elements);
      // Told after it is open: whoever hears of an address may go there.
      options.onNames(names);
      told = now;
    }).catch((error) => onWarning(`What may be reached can't be changed: ${error.message}`));
  }

  function reach(name: string): ReachableName {
    const { addresses, problem } = watch.stateOf(name);
    const open = addresses.filter((one) => isOpen(parseIpv4Network(one)!, list.isPublicOnly));
    if (problem !== undefined || open.length > 0) return { name, addresses: open, problem };
    return {
      name,
      addresses: open,
      problem: addresses.length === 0
        ? "nobody has said yet where it leads, so nothing is open for it"
        : `it leads to ${addresses.join(", ")}, which may not be reached from here`,
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
