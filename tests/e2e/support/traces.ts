import { deriveOwnerId } from "../../../lib/owner/owner_id.ts";
import { readHierarchy } from "../../../lib/sandbox/control_groups.ts";
import { host, type Server } from "./harness.ts";

/** Paths of a supervisor. */
export type Supervised = Pick<Server, "socket" | "functions">;

/**
 * Returns all resources that a supervisor creates on a host and could leave, one per line. The host
 * is private (`outer.ts`) except for control groups, of which only those of its owner count.
 */
export async function readTraces({ socket, functions }: Supervised): Promise<string[]> {
  const [links, rules, forwarding, groups, files] = await Promise.all([
    Deno.readTextFile("/proc/net/dev"),
    // Without counters, which change.
    host("nft", "--stateless", "list", "ruleset"),
    Deno.readTextFile("/proc/sys/net/ipv4/conf/uplink/forwarding"),
    readGroups(functions),
    walk("/run"),
  ]);
  return [
    ...links.matchAll(/^ *(\S+):/gm).map(([, name]) => `link ${name}`),
    ...rules.split("\n").filter(Boolean).map((line) => `firewall ${line.trim()}`),
    `forwarding ${forwarding.trim()}`,
    // The name of a reaper's group contains its supervisor's process id.
    ...groups.map((path) => `control group ${path.replace(/reaper-\d+/, "reaper")}`),
    // The directory of all supervisors stays.
    ...files.filter((path) => path !== "/run/ddsrv").map((path) => `file ${path}`),
    ...(await walk(socket)).map(() => "control socket"),
  ];
}

/** Returns the processes of a supervisor's functions and checks, by control group or arguments. */
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
  // The kernel's files in a control group don't count.
  return paths.filter((path) => path.endsWith("/cgroup.procs"));
}

/** Returns a path and everything below, if it exists. */
export async function walk(path: string): Promise<string[]> {
  const file = await Deno.lstat(path).catch(() => undefined);
  if (file === undefined) return [];
  if (!file.isDirectory) return [path];
  const entries = await Array.fromAsync(Deno.readDir(path)).catch(() => []);
  return [path, ...(await Promise.all(entries.map(({ name }) => walk(`${path}/${name}`)))).flat()];
}
