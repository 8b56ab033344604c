import { sleep } from "../system/sleep.ts";
import { type FirewallEvents, openFirewallEvents } from "./firewall_events.ts";

/** Chain that exists as long as the table is complete. */
export const GUARDED_CHAIN = "refuse";

/** Options of {@linkcode guardFirewall}. */
export interface FirewallGuardOptions {
  /** Name of the table. */
  readonly table: string;
  /** Returns true if the table is there. */
  readonly isThere: () => Promise<boolean>;
  /** Creates the table again; returns false, without throwing, if that fails. */
  readonly restore: () => Promise<boolean>;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
  readonly open?: () => FirewallEvents;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now?: () => number;
}

/** Interval of looks beside the kernel's reports, which may be lost. */
export const SLOW_LOOK_MS = 30_000;

/** Interval of looks without the kernel's reports. */
export const LOOK_MS = 2_000;

/** Pause after each report, so that changes of other programs cost little. */
const PAUSE_MS = 50;

/** A wait that ends without a report earlier than this has failed. */
const MIN_WAIT_MS = 1_000;

/** Number of failed waits, one after the other, after which the kernel's reports count as broken. */
const MAX_FAILED = 5;

/**
 * Restores the firewall table when another program removes it, until the signal aborts. The kernel
 * reports removals at once. A look by nft(8) costs some milliseconds of the processor, so it is
 * rare, unless the kernel's reports are not available.
 */
export async function guardFirewall(options: FirewallGuardOptions): Promise<void> {
  const { signal, onWarning, open = openFirewallEvents, pause = sleep } = options;
  const look = async (): Promise<boolean> =>
    signal.aborted || await options.isThere() || signal.aborted || await options.restore();
  try {
    using events = open();
    await follow(events, options, look);
  } catch (error) {
    onWarning(
      `Cannot follow changes of the firewall: ${(error as Error).message}. ddsrv looks every ` +
        `${LOOK_MS / 1_000} s whether its table still exists`,
    );
  }
  while (!signal.aborted) {
    await pause(LOOK_MS, signal);
    await look();
  }
}

/** @throws {Error} if the events end */
async function follow(
  events: FirewallEvents,
  { table, signal, pause = sleep, now = () => performance.now() }: FirewallGuardOptions,
  look: () => Promise<boolean>,
): Promise<void> {
  // Somebody may have removed the table before the reports began.
  let lookAtMs = now() + LOOK_MS;
  let failed = 0;
  while (!signal.aborted) {
    const startedMs = now();
    const removals = await events.next(Math.max(1, lookAtMs - startedMs), signal);
    const isConcerned = removals?.some((one) =>
      one.table === table && (one.chain === undefined || one.chain === GUARDED_CHAIN)
    );
    const isFailed = removals === undefined && now() < lookAtMs - 1 &&
      now() - startedMs < MIN_WAIT_MS;
    failed = isFailed ? failed + 1 : 0;
    if (failed > MAX_FAILED && !signal.aborted) throw new Error("the netlink socket fails");
    if (isConcerned !== false || now() >= lookAtMs) {
      const isWell = await look();
      lookAtMs = now() + (isWell ? SLOW_LOOK_MS : LOOK_MS);
    }
    await pause(PAUSE_MS, signal);
  }
}
