import { ownerOf } from "../../../lib/namespace/owner.ts";
import { deriveOwnerId } from "../../../lib/owner/owner_id.ts";
import { host, type Server } from "../support/harness.ts";
import { readProcesses, readTraces } from "../support/traces.ts";

/** Number of each kind of resource of a supervisor. */
export interface Accounts {
  /**
   * Numbers of links, files, rules, control groups, set elements, processes and descriptors, by
   * kind.
   */
  readonly counts: Readonly<Record<string, number>>;
  readonly memoryBytes: number;
}

/** Counts a supervisor's resources, without those of other supervisors on the host. */
export async function readAccounts(server: Server): Promise<Accounts> {
  const { functions, pid } = server;
  const { id, table } = ownerOf(deriveOwnerId(functions));
  const counts: Record<string, number> = {};
  for (const trace of await readTraces(server)) {
    // A control group has one line per hierarchy.
    const kind = /^(?:control group|control socket|\S+)/.exec(trace)![0];
    const isOwn = kind === "link" || kind === "file"
      ? trace.includes(id)
      : kind.includes("control");
    if (isOwn) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const { nftables } = JSON.parse(await host("nft", "--json", "list", "table", "inet", table));
  counts["rule"] = nftables.filter((one: object) => "rule" in one).length;
  counts["element"] = nftables
    .map((one: { readonly set?: { readonly elem?: readonly unknown[] } }) => one.set?.elem?.length)
    .reduce((sum: number, length: number | undefined) => sum + (length ?? 0), 0);
  counts["process"] = (await readProcesses(server)).length;
  counts["descriptor"] = (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const memoryBytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  return { counts, memoryBytes };
}
