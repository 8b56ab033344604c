import type { Egress } from "../config/egress.ts";
import { type Family, type HostRoute, readRoutes } from "./host.ts";
import { shareForwarding } from "./forwarding.ts";
import { isFunctionInterface, type Owner } from "./owner.ts";
import type { Run } from "../system/run.ts";

/** Interfaces on which answers to functions arrive. Disposing of it stops forwarding there. */
export interface Uplinks extends AsyncDisposable {
  /**
   * Enables forwarding on the interfaces that this egress needs, unless that has been done.
   *
   * @throws {Error} when `/proc/sys` is not writable
   */
  readonly open: (egress: Egress) => Promise<void>;
}

/** Options of {@linkcode createUplinks}. */
export interface UplinksOptions {
  readonly owner: Owner;
  readonly run: Run;
  readonly families: readonly Family[];
  readonly share?: typeof shareForwarding;
}

/** Returns the uplinks of a supervisor; forwarding is enabled on none yet. */
export function createUplinks(
  { owner, run, families, share = shareForwarding }: UplinksOptions,
): Uplinks {
  const owned = new AsyncDisposableStack();
  const shared = new Set<string>();
  let reached = 0;
  let opening = Promise.resolve();

  async function widen(egress: Egress): Promise<void> {
    if (reachOf(egress) <= reached) return;
    for (const family of families) {
      for (const uplink of findUplinks(await readRoutes(run, family), egress)) {
        const key = `${family} ${uplink}`;
        if (shared.has(key)) continue;
        owned.use(await share({ interface: uplink, family }, owner));
        shared.add(key);
      }
    }
    reached = reachOf(egress);
  }

  return {
    open(egress) {
      const opened = opening.then(() => widen(egress));
      // The next one tries again.
      opening = opened.catch(() => {});
      return opened;
    },
    async [Symbol.asyncDispose]() {
      await opening;
      await owned.disposeAsync();
    },
  };
}

/** Returns the interfaces on which answers to functions arrive, without interfaces of functions. */
export function findUplinks(routes: readonly HostRoute[], egress: Egress): Set<string> {
  if (egress === "none") return new Set();
  const leading = routes.filter((route) => !isPublic(egress) || route.dst === "default");
  const devices = leading.map((route) => route.dev).filter((dev) => dev !== undefined);
  return new Set(devices.filter((dev) => dev !== "lo" && !isFunctionInterface(dev)));
}

/** Ranks egress by the interfaces that it needs. */
function reachOf(egress: Egress): number {
  if (egress === "none") return 0;
  return isPublic(egress) ? 1 : 2;
}

/** A function that narrows `internet` to a list reaches no other networks of the host. */
function isPublic(egress: Egress): boolean {
  return egress === "internet" || typeof egress !== "string" && egress.isPublicOnly;
}
