import { coalesce } from "../system/coalesce.ts";
import type { Run } from "../system/run.ts";
import { readNamespaces, readVethLinks } from "./host.ts";
import type { Lease } from "./lease.ts";
import type { Owner } from "./owner.ts";
import { closeBatch, openCommand, type VethPlan } from "./veth.ts";

/** Namespaces and their veth pairs in the kernel, many at a time. */
export interface Links {
  /** Makes a namespace and its link; leaves nothing when that fails. */
  readonly open: (plan: VethPlan) => Promise<void>;
  /** Takes both away. That they are gone already is no fault. */
  readonly close: (lease: Lease) => Promise<void>;
}

/** To start a program costs more than what it does here; more in one call gains little. */
const OPEN_GATHERING = { maxCalls: 4, maxItems: 32 };

/** Each call waits once for the kernel, however many links it takes away. */
const CLOSE_GATHERING = { maxCalls: 1, maxItems: 256 };

/** The links of one owner; requests that come while a command runs go together in the next. */
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
      // What is left of it the next attempt stumbles over, and says so.
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
