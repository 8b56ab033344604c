import { sleep } from "../system/sleep.ts";
import { type ControlContext, failure, type Reply } from "./route.ts";

/** Options of {@linkcode waitUntilKnown}. */
export interface KnownOptions {
  readonly supervisor: Pick<
    ControlContext["supervisor"],
    "functions" | "unsettled" | "hasScanned" | "changed"
  >;
  readonly hasSource?: ControlContext["hasSource"];
  /** Function of the request; empty for all functions. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Maximum time to wait. */
  readonly timeoutMs?: number;
}

/** Less than the client's timeout of a response. */
const TIMEOUT_MS = 10_000;

/** Changes of functions wake the wait; a source that is read need not be one. */
const LOOK_AGAIN_MS = 100;

const RETRY_AFTER_S = 1;

/**
 * Waits until ddsrv knows whether a function exists: not before the first scan, or while its new
 * files change. For all functions, waits for the first scan. Returns 503 with the reason if that
 * takes too long.
 */
export async function waitUntilKnown(options: KnownOptions): Promise<Reply | undefined> {
  const { supervisor, signal, timeoutMs = TIMEOUT_MS } = options;
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const reason = unknownReason(options);
    if (reason === undefined) return undefined;
    const leftMs = endMs - performance.now();
    if (leftMs <= 0 || signal.aborted) {
      return { ...failure(503, reason), headers: { "retry-after": `${RETRY_AFTER_S}` } };
    }
    await Promise.race([supervisor.changed(), sleep(Math.min(leftMs, LOOK_AGAIN_MS), signal)]);
  }
}

function unknownReason({ supervisor, hasSource, name }: KnownOptions): string | undefined {
  if (!supervisor.hasScanned) {
    return "ddsrv has not read the functions directory yet. Try again soon, and see the output of " +
      "ddsrv serve if that lasts";
  }
  if (name === "" || supervisor.functions.has(name)) return undefined;
  if (supervisor.unsettled.has(name)) {
    return `The files of "${name}" are still changing. Try again when they are complete`;
  }
  if (hasSource?.() !== false) return undefined;
  return "ddsrv has not read the source of the functions yet. See: ddsrv status";
}
