import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import type { Family } from "./host.ts";
import type { Owner } from "./owner.ts";

/** An interface, and which of its packets the host forwards. */
export interface Forwarded {
  readonly interface: string;
  readonly family: Family;
}

const SETTINGS = "/proc/sys/net";

/**
 * Enables forwarding of packets that arrive on an interface. The global setting stays unchanged: with
 * that of IPv6, the host would ignore router advertisements and might lose its own route. Source:
 * Linux ip-sysctl, `conf/interface/forwarding` and `force_forwarding`.
 *
 * @throws {Error} when `/proc/sys` is not writable
 */
export async function enableForwarding(forwarded: Forwarded): Promise<void> {
  if (await isForwarding(forwarded)) return;
  const { interface: name, family } = forwarded;
  try {
    await Deno.writeTextFile(sysctlPath(forwarded), "1");
  } catch (cause) {
    throw new Error(
      `Cannot enable forwarding on "${name}": ${
        (cause as Error).message
      }. Functions would have no ` +
        (family === "ipv6"
          ? "IPv6 egress. Make /proc/sys writable, or choose --ipv6=off"
          : `egress. Make /proc/sys writable, or set the sysctl net.ipv4.conf.${name}.forwarding=1 ` +
            "on the host (docker run --sysctl net.ipv4.ip_forward=1)"),
      { cause },
    );
  }
}

/** Ignores what a function might send to change the host's IPv6 routes. */
export async function ignoreAdvertisements(interfaceName: string): Promise<void> {
  for (const setting of ["accept_ra", "accept_redirects"]) {
    await Deno.writeTextFile(`${SETTINGS}/ipv6/conf/${interfaceName}/${setting}`, "0");
  }
}

/** Ways to forward IPv6: some, none in this kernel, or none because settings are read-only. */
export type Ipv6Forwarding = "possible" | "impossible" | "read-only";

/** Finds out if the kernel can forward IPv6 on single interfaces, or does so on all. */
export async function findIpv6Forwarding(): Promise<Ipv6Forwarding> {
  const probe: Forwarded = { interface: "lo", family: "ipv6" };
  try {
    // Namespaces need settings too. This one stays the same.
    const path = `${SETTINGS}/ipv6/conf/lo/accept_ra`;
    await Deno.writeTextFile(path, await Deno.readTextFile(path));
  } catch {
    return "read-only";
  }
  const isThere = await readOptionalTextFile(sysctlPath(probe)) !== undefined;
  return isThere || await isForwarding(probe) ? "possible" : "impossible";
}

/** Directories in which supervisors record the interfaces on which they enabled forwarding. */
const SHARES_DIRECTORIES: Readonly<Record<Family, string>> = {
  ipv4: "/run/ddsrv/forwarding",
  ipv6: "/run/ddsrv/forwarding6",
};

/**
 * Enables forwarding on an interface that all supervisors of a host share. The last supervisor that
 * uses it disables it again, unless it was enabled before. A file records each supervisor that may
 * have enabled it. If the supervisor is killed, its successor finds the file and knows who enabled
 * forwarding.
 */
export async function shareForwarding(
  forwarded: Forwarded,
  owner: Owner,
): Promise<AsyncDisposable> {
  const shares = SHARES_DIRECTORIES[forwarded.family];
  const directory = join(shares, forwarded.interface);
  const wasOn = await isForwarding(forwarded);
  // Another program enabled it, and disables it.
  if (wasOn && (await readShares(directory)).length === 0) {
    return { [Symbol.asyncDispose]: async () => {} };
  }
  await Deno.mkdir(directory, { recursive: true, mode: 0o755 });
  await Deno.writeTextFile(join(directory, owner.id), "");
  await enableForwarding(forwarded);
  return {
    async [Symbol.asyncDispose]() {
      const wasLast = (await readShares(directory)).length === 1;
      if (wasLast) await disableForwarding(forwarded);
      await Deno.remove(join(directory, owner.id));
      const isLast = (await readShares(directory)).length === 0;
      // Another supervisor started or stopped at the same moment.
      if (wasLast && !isLast) await enableForwarding(forwarded);
      if (!wasLast && isLast) await disableForwarding(forwarded);
      await Deno.remove(directory).catch(() => {});
      await Deno.remove(shares).catch(() => {});
    },
  };
}

async function isForwarding(forwarded: Forwarded): Promise<boolean> {
  // For IPv6, only the global setting makes a router of the host, or the newer one of an interface.
  const switches = forwarded.family === "ipv4"
    ? [sysctlPath(forwarded)]
    : [`${SETTINGS}/ipv6/conf/all/forwarding`, sysctlPath(forwarded)];
  const values = await Promise.all(switches.map(readOptionalTextFile));
  return values.some((value) => value?.trim() === "1");
}

async function readShares(directory: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function disableForwarding(forwarded: Forwarded): Promise<void> {
  try {
    await Deno.writeTextFile(sysctlPath(forwarded), "0");
  } catch (error) {
    // The interface was removed together with its setting.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function sysctlPath({ interface: name, family }: Forwarded): string {
  const setting = family === "ipv4" ? "forwarding" : "force_forwarding";
  return `${SETTINGS}/${family}/conf/${name}/${setting}`;
}
