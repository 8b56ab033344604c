import { coalesce } from "../system/coalesce.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import type { Run } from "../system/run.ts";
import { GUARDED_CHAIN, guardFirewall } from "./firewall_guard.ts";
import {
  type FirewallOptions,
  registerRules,
  type Registration,
  tableRules,
  unregisterRules,
  updateRules,
} from "./firewall_rules.ts";

/** Firewall table of one supervisor. Disposing of it deletes the table. */
export interface Firewall extends AsyncDisposable {
  readonly register: (registration: Registration) => Promise<void>;
  readonly update: (registration: Registration) => Promise<void>;
  readonly unregister: (registration: Pick<Registration, "lease">) => Promise<void>;
}

/** Options of {@linkcode openFirewall}. */
export interface OpenFirewallOptions
  extends Omit<FirewallOptions, keyof Features | "maxConnections"> {
  /** See {@linkcode FirewallOptions}; half of the host's connection table when left out. */
  readonly maxConnections?: number | undefined;
  readonly onWarning: (message: string) => void;
  readonly run: Run;
}

/** Features that a kernel may lack. */
type Features = Pick<FirewallOptions, "isCounting" | "isNoting">;

const FEATURES: readonly Features[] = [
  { isCounting: true, isNoting: true },
  { isCounting: true, isNoting: false },
  { isCounting: false, isNoting: true },
  { isCounting: false, isNoting: false },
];

/** nft(8) reads all rules before each change, so large changes cost little more than small ones. */
const GATHERING = { maxCalls: 1, maxItems: 256 };

/**
 * Creates the table, and creates it again after another program deleted it: `nft flush ruleset`,
 * which Debian's nftables service runs on reload, would leave forwarding on without any rules.
 */
export async function openFirewall(options: OpenFirewallOptions): Promise<Firewall> {
  const { owner, run, onWarning } = options;
  const registrations = new Map<string, Registration>();
  const apply = async (rules: string): Promise<void> => {
    await run(["nft", "-f", "-"], { stdin: rules });
  };
  // nft applies a transaction completely or not at all.
  const change = coalesce<string>((changes) => apply(changes.join("")), GATHERING);
  let features: Features = FEATURES[0]!;
  let maxConnections = options.maxConnections ?? await readMaxConnections();
  const createTable = (): Promise<void> => {
    const registered = [...registrations.values()].map((one) => registerRules(owner, one));
    return apply(tableRules({ ...options, ...features, maxConnections }) + registered.join(""));
  };
  async function createFirst(): Promise<void> {
    let reason = "";
    for (features of FEATURES) {
      try {
        await createTable();
        return warnOfMissing(features, reason, onWarning);
      } catch (error) {
        // If another problem causes the error, the last attempt throws it again.
        if (features === FEATURES.at(-1)) throw error;
        reason = (error as Error).message;
      }
    }
  }

  await createFirst();
  // The kernel may create its connection table only when rules need it.
  const known = options.maxConnections ?? await readMaxConnections();
  if (known !== maxConnections) {
    maxConnections = known;
    await createTable();
  }
  const closing = new AbortController();

  async function restore(): Promise<boolean> {
    try {
      await createTable();
      onWarning(
        `Another program deleted the firewall table "${owner.table}" (nft flush ruleset?). ` +
          "ddsrv created it again; until then, the egress of functions had no limits",
      );
      return true;
    } catch (error) {
      onWarning(
        `Cannot restore the firewall table "${owner.table}" again: ${(error as Error).message}. ` +
          "The egress of functions has no limits. Stop ddsrv and fix nftables",
      );
      return false;
    }
  }

  async function hasTable(): Promise<boolean> {
    try {
      await run(["nft", "list", "chain", "inet", owner.table, GUARDED_CHAIN]);
      return true;
    } catch {
      return false;
    }
  }

  const guarding = guardFirewall({
    table: owner.table,
    isThere: hasTable,
    restore,
    onWarning,
    signal: closing.signal,
  });
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

function warnOfMissing(
  { isCounting, isNoting }: Features,
  reason: string,
  onWarning: (message: string) => void,
): void {
  if (!isCounting) {
    onWarning(
      `This kernel can't limit connections (${reason}), so a function may use the host's whole ` +
        "connection table. Load the kernel module nft_connlimit",
    );
  }
  if (!isNoting) {
    onWarning(
      `This kernel can't note refused connections (${reason}), so logs do not explain them. Load ` +
        "the kernel module nft_limit",
    );
  }
}

/** Size of the kernel's connection table with 1 GiB of memory (nf_conntrack-sysctl). */
const DEFAULT_TRACKED = 32_768;

/** Returns half of the connections that the host can track: the rest is for other programs. */
async function readMaxConnections(): Promise<number> {
  const text = await readOptionalTextFile("/proc/sys/net/netfilter/nf_conntrack_max");
  return Math.floor(Number(text ?? DEFAULT_TRACKED) / 2);
}
