import type { Run } from "../system/run.ts";
import { readNamespaces, readVethLinks } from "./host.ts";
import type { Owner } from "./owner.ts";
import { closeBatch } from "./veth.ts";

/** What was found of a predecessor and taken away. */
export interface Swept {
  readonly links: readonly string[];
  readonly namespaces: readonly string[];
}

/**
 * Takes away what an earlier supervisor of this owner left behind when it was killed: processes in
 * its namespaces, veth pairs by their alias, namespaces by their name. Nothing of another owner is
 * touched; the caller holds the owner's lock, so no living supervisor has this one.
 */
export async function sweep(owner: Owner, run: Run): Promise<Swept> {
  const found = await find(owner, run);
  try {
    await takeAway(owner, found, run);
  } catch {
    // The predecessor's last command may outlive it for a moment, and take the same away.
    await takeAway(owner, await find(owner, run), run);
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

async function takeAway(owner: Owner, found: Swept, run: Run): Promise<void> {
  await Promise.all(found.namespaces.map((name) => killProcesses(name, run)));
  const left = closeBatch(owner, found);
  if (left !== "") await run(["ip", "-force", "-batch", "-"], { stdin: left });
}

/** Whatever runs in a namespace of ours was started by us. */
async function killProcesses(namespace: string, run: Run): Promise<void> {
  const pids = (await run(["ip", "netns", "pids", namespace])).split(/\s+/)
    .filter(Boolean);
  for (const pid of pids) {
    try {
      Deno.kill(Number(pid), "SIGKILL");
    } catch {
      // It is gone already.
    }
  }
}
