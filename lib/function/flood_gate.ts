/** Rate limit for file events: decides which folders to mute. */
export interface FloodGate {
  /** Counts an event; returns true if the folder must be muted now. */
  readonly count: (name: string) => boolean;
  /** Returns the folders to unmute; call it every second or more often. */
  readonly tick: () => readonly string[];
}

interface Folder {
  readonly sinceMs: number;
  readonly events: number;
  readonly muteMs: number;
  readonly mutedUntilMs: number | undefined;
}

/** Maximum per window, enough for a large deployment; the kernel queues 16,384 events in total. */
const MAX_EVENTS = 2_000;
const WINDOW_MS = 1_000;
const MIN_MUTE_MS = 2_000;
const MAX_MUTE_MS = 60_000;

/**
 * Creates a rate limit for file events. A folder with thousands of events per second would fill the
 * kernel's queue, and events of other folders would be lost. It is muted for a time that doubles at
 * each repetition and resets after a quiet time of the same length.
 */
export function createFloodGate({ now = () => performance.now() } = {}): FloodGate {
  const folders = new Map<string, Folder>();
  return {
    count(name) {
      const nowMs = now();
      const before = folders.get(name);
      if (before?.mutedUntilMs !== undefined) return false;
      if (before === undefined || nowMs - before.sinceMs > WINDOW_MS) {
        const isCalm = before === undefined || nowMs - before.sinceMs > before.muteMs;
        const muteMs = isCalm ? MIN_MUTE_MS : before.muteMs;
        folders.set(name, { sinceMs: nowMs, events: 1, muteMs, mutedUntilMs: undefined });
        return false;
      }
      const events = before.events + 1;
      const isTooMuch = events > MAX_EVENTS;
      const mutedUntilMs = isTooMuch ? nowMs + before.muteMs : undefined;
      folders.set(name, { ...before, events, mutedUntilMs });
      return isTooMuch;
    },
    tick() {
      const nowMs = now();
      const over: string[] = [];
      for (const [name, folder] of folders) {
        const { sinceMs, muteMs, mutedUntilMs } = folder;
        if (mutedUntilMs === undefined) {
          if (nowMs - sinceMs > MAX_MUTE_MS) folders.delete(name);
        } else if (nowMs >= mutedUntilMs) {
          over.push(name);
          const next = Math.min(MAX_MUTE_MS, muteMs * 2);
          folders.set(name, { sinceMs: nowMs, events: 0, muteMs: next, mutedUntilMs: undefined });
        }
      }
      return over;
    },
  };
}
