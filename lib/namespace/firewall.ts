import { coalesce } from "../system/coalesce.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import type { Run } from "../system/run.ts";
import { sleep } from "../system/sleep.ts";
import {
  type FirewallOptions,
  registerRules,
  type Registration,
  tableRules,
  unregisterRules,
  updateRules,
} from "./firewall_rules.ts";

/** One supervisor's firewall table. Disposing of it takes the table away. */
export interface Firewall extends AsyncDisposable {
  /** Lets a namespace out as far as its egress goes. */
  readonly register: (registration: Registration) => Promise<void>;
  /** Changes what is open for a registered namespace. */
  readonly update: (registration: Registration) => Promise<void>;
  readonly unregister: (registration: Pick<Registration, "lease">) => Promise<void>;
}

/** How {@linkcode openFirewall} works. */
export interface OpenFirewallOptions
  extends Omit<FirewallOptions, "isCounting" | "maxConnections"> {
  /** As in {@linkcode FirewallOptions}; half of the host's table when left out. */
  readonly maxConnections?: number | undefined;
  readonly onWarning: (message: string) => void;
  readonly run: Run;
}

/** nft(8) reads what is there before it changes anything; to change much costs little more. */
const GATHERING = { maxCalls: 1, maxItems: 256 };

/** How often the table is looked for. */
const GUARD_MS = 2_000;

/**
 * Lays the table, and lays it again when somebody else takes it away: `nft flush ruleset`, which a
 * reload of Debian's nftables service runs, would leave functions with forwarding and no rules.
 */
export async function openFirewall(options: OpenFirewallOptions): Promise<Firewall> {
  const { owner, run, onWarning } = options;
  const registrations = new Map<string, Registration>();
  const apply = async (rules: string): Promise<void> => {
    await run(["nft", "-f", "-"], { stdin: rules });
  };
  // A transaction is applied as a whole or not at all.
  const change = coalesce<string>((changes) => apply(changes.join("")), GATHERING);
  let isCounting = true;
  let maxConnections = options.maxConnections ?? await readMaxConnections();
  const lay = (): Promise<void> => {
    const registered = [...registrations.values()].map((one) => registerRules(owner, one));
    return apply(tableRules({ ...options, isCounting, maxConnections }) + registered.join(""));
  };
  try {
    await lay();
  } catch (error) {
    isCounting = false;
    // What it complains of when it is not that, this attempt says once more.
    await lay();
    onWarning(
      `This kernel can't count connections (${
        (error as Error).message
      }): a function may fill the ` +
        "host's table of them. Load nft_connlimit",
    );
  }
  // The kernel may have no such table before rules need one.
  const known = options.maxConnections ?? await readMaxConnections();
  if (known !== maxConnections) {
    maxConnections = known;
    await lay();
  }
  const closing = new AbortController();

  async function guard(): Promise<void> {
    while (!closing.signal.aborted) {
      await sleep(GUARD_MS, closing.signal);
      if (closing.signal.aborted || await isLaid()) continue;
      try {
        await lay();
        onWarning(
          `Somebody took the firewall table "${owner.table}" away (nft flush ruleset?). It is laid ` +
            `again; for up to ${GUARD_MS / 1000} s functions were not held back`,
        );
      } catch (error) {
        onWarning(
          `The firewall table "${owner.table}" is gone and can't be laid: ` +
            `${
              (error as Error).message
            }. Functions are not held back; stop ddsrv and mend nftables`,
        );
      }
    }
  }

  async function isLaid(): Promise<boolean> {
    try {
      await run(["nft", "list", "chain", "inet", owner.table, "refuse"]);
      return true;
    } catch {
      return false;
    }
  }

  const guarding = guard();
  return {
    async register(registration) {
      registrations.set(registration.lease.interface, registration);
      await change(registerRules(owner, registration));
    },
    async update(registration) {
      const before = registrations.get(registration.lease.interface);
      if (before === undefined) return;
      registrations.set(registration.lease.interface, registration);
      const rules = updateRules(owner, before, registration);
      if (rules !== "") await change(rules);
    },
    async unregister({ lease }) {
      const registration = registrations.get(lease.interface);
      if (registration === undefined) return;
      registrations.delete(lease.interface);
      await change(unregisterRules(owner, registration));
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await guarding;
      await run(["nft", "delete", "table", "inet", owner.table]);
    },
  };
}

/** The kernel's least, of a machine with a gigabyte of memory (netfilter's nf_conntrack-sysctl). */
const LEAST_TRACKED = 32_768;

/** Half of what the host can track: the rest is for what is not ours. */
async function readMaxConnections(): Promise<number> {
  const text = await readOptionalTextFile("/proc/sys/net/netfilter/nf_conntrack_max");
  return Math.floor(Number(text ?? LEAST_TRACKED) / 2);
}
