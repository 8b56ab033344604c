import { type LinuxFiles, linuxFiles } from "../system/linux_files.ts";
import { type NftRemoval, nftRemovals } from "./nft_removals.ts";

/** Removals of tables and chains, as the kernel reports them. */
export interface FirewallEvents extends Disposable {
  /**
   * Waits for messages, the timeout or the signal. Returns the removals among the messages, and
   * `undefined` without messages: some may have been lost.
   */
  readonly next: (
    timeoutMs: number,
    signal: AbortSignal,
  ) => Promise<readonly NftRemoval[] | undefined>;
}

/** A datagram of the kernel is shorter. */
const BUFFER_BYTES = 64 * 1024;

/** Maximum number of reads at a time, so that a busy firewall does not block the event loop. */
const MAX_READS = 64;

/** Maximum wait on the other thread, so that a process that forgot the disposal can still exit. */
const WAIT_MS = 10_000;

/**
 * Opens the kernel's reports about nftables in the network namespace of this process.
 *
 * @throws {Error} if that is not possible here, with the reason
 */
export function openFirewallEvents(): FirewallEvents {
  if (linuxFiles === undefined) throw new Error("the kernel or its C library is too old");
  const files: LinuxFiles = linuxFiles;
  const socket = files.openNftEvents();
  if (socket < 0) throw new Error("a netlink socket is refused");
  const stop = files.openEvent();
  const buffer = new Uint8Array(BUFFER_BYTES);
  let waiting: Promise<void> | undefined;
  let isClosed = false;
  const close = (): void => {
    files.close(socket);
    files.close(stop);
  };
  return {
    async next(timeoutMs, signal) {
      const wake = (): void => files.raiseEvent(stop);
      signal.addEventListener("abort", wake, { once: true });
      try {
        for (let leftMs = timeoutMs; leftMs > 0 && !signal.aborted; leftMs -= WAIT_MS) {
          const startedMs = performance.now();
          const waitMs = Math.ceil(Math.min(leftMs, WAIT_MS));
          waiting = files.waitReadable([socket, stop], waitMs);
          await waiting;
          waiting = undefined;
          const removals = drain(() => files.read(socket, buffer), buffer);
          // It was readable and gave only an error.
          const isEarly = performance.now() - startedMs < waitMs - 1;
          if (removals !== undefined || isEarly) return removals;
        }
        return undefined;
      } finally {
        signal.removeEventListener("abort", wake);
      }
    },
    [Symbol.dispose]() {
      if (isClosed) return;
      isClosed = true;
      if (waiting === undefined) return close();
      // Close the descriptors only after poll(2) has returned: their numbers could be reused.
      files.raiseEvent(stop);
      void waiting.then(close, close);
    },
  };
}

/**
 * Reads until there is nothing more. Returns `undefined` if there was nothing at all, or if the
 * kernel dropped messages: it reports that as an error once, and messages follow.
 */
function drain(
  read: () => number,
  buffer: Uint8Array<ArrayBuffer>,
): readonly NftRemoval[] | undefined {
  const removals: NftRemoval[] = [];
  let [reads, hasFailed, isLost] = [0, false, false];
  for (; reads < MAX_READS; reads++) {
    const length = read();
    if (length > 0) {
      isLost ||= hasFailed;
      removals.push(...nftRemovals(buffer.subarray(0, length)));
    } else if (hasFailed) break;
    else hasFailed = true;
  }
  return reads <= 1 || isLost ? undefined : removals;
}
