// Lists the host's resources of the kinds that ddsrv creates, to find leaks by comparison.

import { readHierarchy } from "../lib/sandbox/control_groups.ts";
import { eventually } from "./patience.ts";

/** Names of things by kind. */
export type Inventory = ReadonlyMap<string, ReadonlySet<string>>;

/** Lists the host's current resources. */
export async function takeInventory(): Promise<Inventory> {
  return new Map([
    ["link", await lines("ip", "-o", "link", "show").then((all) => all.map(linkName))],
    ["namespace", await lines("ip", "netns", "list")],
    ["table", await lines("nft", "list", "tables")],
    ["route", await lines("ip", "-4", "route", "show")],
    ["IPv6 route", await lines("ip", "-6", "route", "show")],
    ["forwarding interface", await forwardingInterfaces()],
    ["process", await processes()],
    ["control group", await controlGroups()],
    ["mount", (await Deno.readTextFile("/proc/self/mountinfo")).split("\n").map(mountPoint)],
    ["file", await files("/run", "/run/ddsrv", "/run/ddsrv/locks", "/tmp", "/opt", "/var/lib")],
  ].map(([kind, names]) => [kind as string, new Set(names as string[])]));
}

/**
 * Returns the resources that are new since `before`. Waits for those that disappear automatically.
 */
export async function describeLeaks(before: Inventory): Promise<string[]> {
  let leaks: string[] = [];
  await eventually("nothing is left behind", async () => {
    leaks = compare(before, await takeInventory());
    return leaks.length === 0;
  }).catch(() => {});
  return leaks;
}

/** Returns the interfaces whose packets the host forwards, each with the family. */
async function forwardingInterfaces(): Promise<string[]> {
  const found: string[] = [];
  for (const [family, setting] of [["ipv4", "forwarding"], ["ipv6", "force_forwarding"]] as const) {
    const directory = `/proc/sys/net/${family}/conf`;
    for await (const { name } of Deno.readDir(directory)) {
      const value = await Deno.readTextFile(`${directory}/${name}/${setting}`).catch(() => "");
      if (value.trim() === "1") found.push(`${family} ${name}`);
    }
  }
  return found;
}

/** Returns ddsrv's control groups of both versions. */
async function controlGroups(): Promise<string[]> {
  const { bases } = await readHierarchy();
  return (await Promise.all(Object.values(bases).map((base) => files(base)))).flat();
}

function compare(before: Inventory, after: Inventory): string[] {
  return [...after].flatMap(([kind, names]) =>
    [...names].filter((name) => !before.get(kind)!.has(name)).map((name) => `${kind} ${name}`)
  );
}

async function lines(program: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

function linkName(line: string): string {
  return line.split(":")[1]!.trim();
}

function mountPoint(line: string): string {
  return line.split(" ")[4] ?? "";
}

/** Returns processes in other network namespaces: the tests and the processes that they started. */
async function processes(): Promise<string[]> {
  const own = await Deno.readLink("/proc/self/ns/net");
  const found: string[] = [];
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    const network = await Deno.readLink(`/proc/${entry.name}/ns/net`).catch(() => own);
    if (network === own) continue;
    const command = await Deno.readTextFile(`/proc/${entry.name}/cmdline`).catch(() => "");
    found.push(`${entry.name} ${command.replaceAll("\0", " ").slice(0, 120)}`);
  }
  return found;
}

async function files(...directories: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const directory of directories) {
    try {
      for await (const { name } of Deno.readDir(directory)) {
        if (directory.includes("ddsrv") || name.includes("ddsrv")) {
          found.push(`${directory}/${name}`);
        }
      }
    } catch {
      // There is no such directory.
    }
  }
  return found;
}
