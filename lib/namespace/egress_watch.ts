import type { EgressList } from "../config/egress.ts";
import { parseIpNetwork } from "../config/ip_network.ts";
import { sleep } from "../system/sleep.ts";
import { type EgressElements, egressElements, isOpen } from "./egress_elements.ts";
import { isHostAddress, readHostAddresses as readAddresses, whyRefused } from "./host_addresses.ts";
import type { Names } from "./name_watch.ts";

/** A name of an egress list and its current addresses. */
export interface ReachableName {
  readonly name: string;
  /** Addresses that the firewall allows for the name. */
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
  /** Name of the function, for warnings. */
  readonly label: string;
  readonly readHostAddresses?: () => ReadonlySet<string>;
}

/** Maximum time that the opening of a sandbox waits for names. Slower names are allowed later. */
const FIRST_ANSWER_MS = 2_000;

const REMEDY = "Run the service on another host, or remove the name from egress";

/** Keeps the firewall up to date with the addresses of names, until it is disposed. */
export async function watchEgress(options: EgressWatchOptions): Promise<AsyncDisposable> {
  const { list, names, label, onWarning } = options;
  const { readHostAddresses = readAddresses } = options;
  const wanted = [
    ...new Set(list.rules.flatMap((rule) => rule.type === "name" ? [rule.name] : [])),
  ];
  let applied = "";
  const stop = new AbortController();
  let applying = Promise.resolve();

  function change(): void {
    applying = applying.then(async () => {
      const hostAddresses = readHostAddresses();
      const elements = egressElements(list, (name) => {
        const { addresses, retired } = watch.stateOf(name);
        return [...addresses, ...retired].filter((one) => !isHostAddress(one, hostAddresses));
      });
      const names = wanted.map((name) => reach(name, hostAddresses));
      const now = JSON.stringify([elements, names]);
      if (stop.signal.aborted || now === applied) return;
      await options.apply(elements);
      // The firewall must allow an address before the function learns of it.
      options.onNames(names);
      applied = now;
    }).catch((error) =>
      onWarning(
        `Cannot update the egress of "${label}": ${error.message}. ddsrv tries again at the next change`,
      )
    );
  }

  function reach(name: string, hostAddresses: ReadonlySet<string>): ReachableName {
    const { addresses, problem } = watch.stateOf(name);
    const own = addresses.filter((one) => isHostAddress(one, hostAddresses));
    const open = addresses.filter((one) =>
      !own.includes(one) && isOpen(parseIpNetwork(one)!, list.isPublicOnly)
    );
    if (own.length > 0) {
      return { name, addresses: open, problem: `it resolves to ${own[0]}, ${whyRefused(REMEDY)}` };
    }
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
