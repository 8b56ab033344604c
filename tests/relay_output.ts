import { patienceMs, thisMachine } from "./patience.ts";

/** Maximum number of waits in one test file that reach their time limit. */
const WAITS = 10;

/** Interval of the checks for silence. */
const LOOK_MS = 5_000;

/** Time to read output after the process has exited: another process may hold the pipe open. */
const DRAIN_MS = 30_000;

/** Options of {@linkcode relayOutput}. */
export interface RelayOptions {
  /** Called once with a message if the process prints nothing for too long, so it hangs. */
  readonly onSilent: (message: string) => void;
  /** Maximum time without output; by default longer than a test file may take. */
  readonly maxSilentMs?: () => number;
  /** Interval of the checks. */
  readonly lookMs?: number;
}

/** Forwards a process's output and returns its exit code. */
export async function relayOutput(
  child: Deno.ChildProcess,
  { onSilent, maxSilentMs = () => WAITS * patienceMs(thisMachine()), lookMs = LOOK_MS }:
    RelayOptions,
): Promise<number> {
  let saidAtMs = performance.now();
  const looking = setInterval(() => {
    const silentMs = performance.now() - saidAtMs;
    if (silentMs < maxSilentMs()) return;
    clearInterval(looking);
    onSilent(`Nothing was printed for ${Math.round(silentMs / 60_000)} minutes: something hangs`);
  }, lookMs);
  const over = new AbortController();
  const relaying = (async () => {
    const notes = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        saidAtMs = performance.now();
        controller.enqueue(chunk);
      },
    });
    await child.stdout.pipeThrough(notes)
      .pipeTo(Deno.stdout.writable, { preventClose: true, signal: over.signal })
      .catch(() => {});
  })();
  const { code } = await child.status;
  clearInterval(looking);
  const timer = setTimeout(() => over.abort(), DRAIN_MS);
  await relaying;
  clearTimeout(timer);
  return code;
}
