import { type MainThread, readMainThread } from "../process/main_thread.ts";
import { type AcceptProbe, openAcceptProbe, type ProbedInstance } from "./accept_probe.ts";
import {
  callsForEvidence,
  HANG_LOOKS,
  type HangPhase,
  type HangSigns,
  judgeHang,
} from "./hang_verdict.ts";

/** Options of {@linkcode watchHang}. */
export interface HangWatchOptions {
  readonly instance: ProbedInstance;
  readonly readSigns: () => HangSigns;
  /** Infinity for one that is never looked at. */
  readonly hangTimeoutMs: number;
  /** Its event loop has been held for so long; when it was last known to be well. */
  readonly onHung: (wellAtMs: number) => void;
  /** It had been hung, and accepts again. */
  readonly onRecovered: () => void;
  /** Whether it hangs can't be told: the kernel does not say where its main thread sleeps. */
  readonly onUndetectable: () => void;
  readonly onError: (error: unknown) => void;
  readonly now?: () => number;
  readonly readThread?: (pid: number) => Promise<MainThread>;
  readonly openProbe?: (instance: ProbedInstance) => AcceptProbe;
}

/**
 * After the kernel was asked, it is left alone for so many times as long: a function of tens of
 * thousands of sockets makes each of these looks cost as much as it likes.
 */
const REST_RATIO = 20;

/**
 * Looks now and then whether an instance's event loop is held, until it is disposed of. While it
 * answers, and while nobody asks, a look reads three numbers.
 */
export function watchHang(options: HangWatchOptions): Disposable {
  const { instance, readSigns, hangTimeoutMs } = options;
  const { now = () => performance.now() } = options;
  const { readThread = readMainThread, openProbe = openAcceptProbe } = options;
  let signs = readSigns();
  let phase: HangPhase = { type: "well" };
  let probe: AcceptProbe | undefined;
  let wellAtMs = now();
  let isLooking = false;
  let restsUntilMs = -Infinity;
  let isOver = false;

  function look(): void {
    if (isLooking || now() < restsUntilMs) return;
    const before = signs;
    signs = readSigns();
    const isSuspect = callsForEvidence(before, signs);
    // Once there is a doubt, it is the kernel that clears it: clients may have given up.
    const isCleared = signs.answers !== before.answers || (probe === undefined && !isSuspect);
    if (isCleared) return settle({ type: "well" });
    isLooking = true;
    const askedAtMs = now();
    void gather()
      .then((next) => next !== undefined && !isOver && settle(next))
      .catch(options.onError)
      .finally(() => {
        isLooking = false;
        restsUntilMs = now() + REST_RATIO * (now() - askedAtMs);
      });
  }

  /** The next phase; nothing where evidence was only asked for. */
  async function gather(): Promise<HangPhase | undefined> {
    const thread = await readThread(instance.pid);
    if (thread === "unknown" && !isOver) options.onUndetectable();
    if (isOver || thread !== "busy") return { type: "well" };
    if (probe === undefined) {
      probe = openProbe(instance);
      return undefined;
    }
    return judgeHang(phase, { thread, connection: await probe.look() });
  }

  function settle(next: HangPhase): void {
    const before = phase;
    phase = next;
    if (next.type === "well") {
      wellAtMs = now();
      probe?.[Symbol.dispose]();
      probe = undefined;
      if (before.type === "hung") options.onRecovered();
    }
    if (next.type === "hung" && before.type !== "hung") options.onHung(wellAtMs);
  }

  const timer = hangTimeoutMs === Infinity
    ? undefined
    : setInterval(look, hangTimeoutMs / HANG_LOOKS);
  return {
    [Symbol.dispose]() {
      isOver = true;
      clearInterval(timer);
      probe?.[Symbol.dispose]();
      probe = undefined;
    },
  };
}
