import type { Origin } from "./origin.ts";

/** Origins of changes that are about to happen, by the function's name. */
export interface Announcements {
  /** The next new code of the function has this origin; an earlier announcement does not count. */
  readonly announce: (name: string, origin: Origin) => void;
  /** Returns the origin of new code that a scan has just found, and forgets it. */
  readonly take: (name: string) => Origin | undefined;
}

/** The change follows at once; a later one is another change, as after an equal folder. */
const MAX_AGE_MS = 30_000;

/** Clients can announce names that never turn up. */
const MAX_ANNOUNCEMENTS = 1_000;

/** Creates the announcements of one supervisor. */
export function createAnnouncements(
  { now = () => performance.now() }: { readonly now?: () => number } = {},
): Announcements {
  const pending = new Map<string, { readonly origin: Origin; readonly untilMs: number }>();
  return {
    announce(name, origin) {
      pending.delete(name);
      const [oldest] = pending.keys();
      if (pending.size >= MAX_ANNOUNCEMENTS && oldest !== undefined) pending.delete(oldest);
      pending.set(name, { origin, untilMs: now() + MAX_AGE_MS });
    },
    take(name) {
      const found = pending.get(name);
      pending.delete(name);
      return found === undefined || found.untilMs < now() ? undefined : found.origin;
    },
  };
}
