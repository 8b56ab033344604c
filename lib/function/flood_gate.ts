/** Decides which folders have too many events to read. */
export interface FloodGate {
  /** Counts an event; gives whether this one was too much, so that the folder is to be muted. */
  readonly count: (name: string) => boolean;
  /** The folders whose time is over; called some times a second. */
  readonly tick: () => readonly string[];
}

interface Folder {
  readonly sinceMs: number;
  readonly events: number;
  readonly muteMs: number;
  readonly mutedUntilMs: number | undefined;
}

/** As many files as a large deployment writes; the kernel's queue holds 16,384 events of all. */
const MAX_EVENTS = 2_000;
const WINDOW_MS = 1_000;
const MIN_MUTE_MS = 2_000;
const MAX_MUTE_MS = 60_000;

/**
 * A gate for events: one folder that makes thousands a second would fill the kernel's queue, and
 * those of its neighbours were lost. It is muted for a time that doubles each time, and begins anew
 * when it was quiet for as long.
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
