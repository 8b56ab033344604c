import { coalesce } from "../system/coalesce.ts";
import type { Run } from "../system/run.ts";
import { readNamespaces, readVethLinks } from "./host.ts";
import type { Lease } from "./lease.ts";
import type { Owner } from "./owner.ts";
import { closeBatch, openCommand, type VethPlan } from "./veth.ts";

/** Creates and removes namespaces with their veth pairs, many at a time. */
export interface Links {
  /** Creates a namespace and its link; on failure, removes both. */
  readonly open: (plan: VethPlan) => Promise<void>;
  /** Removes both. It is no error if they no longer exist. */
  readonly close: (lease: Lease) => Promise<void>;
}

/** Starting a program costs more than its work; more items for each call gain little. */
const OPEN_GATHERING = { maxCalls: 4, maxItems: 32 };

/** Each call waits once for the kernel, for any number of links. */
const CLOSE_GATHERING = { maxCalls: 1, maxItems: 256 };

/** Creates the links of one owner. Requests during a command share the next command. */
export function createLinks(owner: Owner, run: Run): Links {
  const closeAll = async (leases: readonly Lease[]): Promise<void> => {
    const links = leases.map((lease) => lease.interface);
    const namespaces = leases.map((lease) => lease.namespace);
    try {
      await run(["ip", "-force", "-batch", "-"], {
        stdin: closeBatch(owner, { links, namespaces }),
      });
    } catch (error) {
      if (await isAnyLeft({ links, namespaces }, run)) throw error;
    }
  };
  const openAll = async (plans: readonly VethPlan[]): Promise<void> => {
    try {
      await run(openCommand(plans));
    } catch (error) {
      // The next attempt fails on leftovers, and reports them.
      await closeAll(plans.map((plan) => plan.lease)).catch(() => {});
      throw error;
    }
  };
  return {
    open: coalesce(openAll, OPEN_GATHERING),
    close: coalesce(closeAll, CLOSE_GATHERING),
  };
}

interface Names {
  readonly links: readonly string[];
  readonly namespaces: readonly string[];
}

async function isAnyLeft(closed: Names, run: Run): Promise<boolean> {
  const [links, namespaces] = await Promise.all([readVethLinks(run), readNamespaces(run)]);
  const names = new Set([...links.map((link) => link.ifname), ...namespaces]);
  return [...closed.links, ...closed.namespaces].some((name) => names.has(name));
}
