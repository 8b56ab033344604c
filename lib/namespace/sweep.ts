import type { Run } from "../system/run.ts";
import { readNamespaces, readVethLinks } from "./host.ts";
import type { Owner } from "./owner.ts";
import { closeBatch } from "./veth.ts";

/** Removed leftovers of a killed supervisor. */
export interface Swept {
  readonly links: readonly string[];
  readonly namespaces: readonly string[];
}

/**
 * Removes what a killed supervisor of this owner left behind: processes in its namespaces, veth
 * pairs by alias, namespaces by name. It never touches other owners. The caller holds the owner's
 * lock, so no running supervisor uses this owner.
 */
export async function sweep(owner: Owner, run: Run): Promise<Swept> {
  const found = await find(owner, run);
  try {
    await removeAll(owner, found, run);
  } catch {
    // The predecessor's last command may still run for a moment, and remove the same objects.
    await removeAll(owner, await find(owner, run), run);
  }
  return found;
}

async function find(owner: Owner, run: Run): Promise<Swept> {
  const [links, names] = await Promise.all([readVethLinks(run), readNamespaces(run)]);
  return {
    links: links
      .filter((link) => link.ifalias?.startsWith(owner.aliasPrefix))
      .map((link) => link.ifname),
    namespaces: names.filter((name) => name.startsWith(owner.namespacePrefix)),
  };
}

async function removeAll(owner: Owner, found: Swept, run: Run): Promise<void> {
  await Promise.all(found.namespaces.map((name) => killProcesses(name, run)));
  const left = closeBatch(owner, found);
  if (left !== "") await run(["ip", "-force", "-batch", "-"], { stdin: left });
}

/** Kills all processes in a namespace; all of them belong to this owner. */
async function killProcesses(namespace: string, run: Run): Promise<void> {
  const pids = (await run(["ip", "netns", "pids", namespace])).split(/\s+/)
    .filter(Boolean);
  for (const pid of pids) {
    try {
      Deno.kill(Number(pid), "SIGKILL");
    } catch {
      // The process no longer exists.
    }
  }
}
