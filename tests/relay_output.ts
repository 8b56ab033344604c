import { patienceMs, thisMachine } from "./patience.ts";

/** Waits, each of which may take as long as there is patience, within one file of tests. */
const WAITS = 10;

/** Between two looks at how long nothing has been said. */
const LOOK_MS = 5_000;

/** How long output is still read after the process has ended: another one may hold the pipe open. */
const DRAIN_MS = 30_000;

/** Parts of {@linkcode relayOutput}. */
export interface RelayOptions {
  /** Called once, with a message, when nothing was printed for too long: something hangs. */
  readonly onSilent: (message: string) => void;
  /** How long that is; longer than a file of tests may take when left out. */
  readonly maxSilentMs?: () => number;
  /** Between two looks at how long it has been. */
  readonly lookMs?: number;
}

/** Passes on what a process prints, and gives its exit code. */
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
