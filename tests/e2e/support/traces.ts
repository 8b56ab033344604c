import { deriveOwnerId } from "../../../lib/owner/owner_id.ts";
import { readHierarchy } from "../../../lib/sandbox/control_groups.ts";
import { host, type Server } from "./harness.ts";

/** Where a supervisor is found. */
export type Supervised = Pick<Server, "socket" | "functions">;

/**
 * All that a supervisor makes on a host and could leave there, as lines. The host is one of its own
 * (`outer.ts`), but for control groups, which are those of its owner.
 */
export async function readTraces({ socket, functions }: Supervised): Promise<string[]> {
  const [links, rules, forwarding, groups, files] = await Promise.all([
    Deno.readTextFile("/proc/net/dev"),
    // Without counters, which count on.
    host("nft", "--stateless", "list", "ruleset"),
    Deno.readTextFile("/proc/sys/net/ipv4/conf/uplink/forwarding"),
    readGroups(functions),
    walk("/run"),
  ]);
  return [
    ...links.matchAll(/^ *(\S+):/gm).map(([, name]) => `link ${name}`),
    ...rules.split("\n").filter(Boolean).map((line) => `firewall ${line.trim()}`),
    `forwarding ${forwarding.trim()}`,
    // A reaper's group is named for its supervisor's process.
    ...groups.map((path) => `control group ${path.replace(/reaper-\d+/, "reaper")}`),
    // The directory of all supervisors stays.
    ...files.filter((path) => path !== "/run/ddsrv").map((path) => `file ${path}`),
    ...(await walk(socket)).map(() => "control socket"),
  ];
}

/** Processes that a supervisor started for a function or a check, by their group or arguments. */
export async function readProcesses(
  { functions }: Pick<Supervised, "functions">,
): Promise<string[]> {
  const tag = `ddsrv-${deriveOwnerId(functions)}`;
  const entries = await Array.fromAsync(Deno.readDir("/proc"));
  const pids = entries.map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => {
    const read = (file: string): Promise<string> =>
      Deno.readTextFile(`/proc/${pid}/${file}`).catch(() => "");
    const args = await read("cmdline");
    // Kernel threads and zombies have no arguments.
    if (args === "") return [];
    const groups = await read("cgroup");
    // The reaper does not count: it still cleans up after the other processes have exited.
    if (/\/reaper-\d+$/m.test(groups) || !(groups + args).includes(tag)) return [];
    return [`process ${args.replaceAll("\0", " ").slice(0, 200)}`];
  }));
  return found.flat();
}

async function readGroups(functions: string): Promise<string[]> {
  const { bases } = await readHierarchy();
  const roots = [...new Set(Object.values(bases))]
    .map((base) => `${base}/ddsrv-${deriveOwnerId(functions)}`);
  const paths = (await Promise.all(roots.map(walk))).flat();
  // A group's directory has files of the kernel's.
  return paths.filter((path) => path.endsWith("/cgroup.procs"));
}

/** A path, if it is there, and everything below. */
async function walk(path: string): Promise<string[]> {
  const file = await Deno.lstat(path).catch(() => undefined);
  if (file === undefined) return [];
  if (!file.isDirectory) return [path];
  const entries = await Array.fromAsync(Deno.readDir(path)).catch(() => []);
  return [path, ...(await Promise.all(entries.map(({ name }) => walk(`${path}/${name}`)))).flat()];
}
