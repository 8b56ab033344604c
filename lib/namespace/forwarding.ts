import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import type { Owner } from "./owner.ts";

/**
 * Enables forwarding of packets that arrive on an interface. The global setting stays unchanged.
 * Source: Linux ip-sysctl, `conf/interface/forwarding`.
 *
 * @throws {Error} when `/proc/sys` is not writable
 */
export async function enableForwarding(interfaceName: string): Promise<void> {
  if (await isForwarding(interfaceName)) return;
  try {
    await Deno.writeTextFile(sysctlPath(interfaceName), "1");
  } catch (cause) {
    throw new Error(
      `Cannot enable forwarding on "${interfaceName}": ${(cause as Error).message}. Functions ` +
        `would have no egress. Make /proc/sys writable, or set the sysctl ` +
        `net.ipv4.conf.${interfaceName}.forwarding=1 on the host (docker run --sysctl ` +
        `net.ipv4.ip_forward=1)`,
      { cause },
    );
  }
}

/** Directory in which supervisors record the interfaces on which they enabled forwarding. */
const SHARES_DIRECTORY = "/run/ddsrv/forwarding";

/**
 * Enables forwarding on an interface that all supervisors of a host share. The last supervisor that
 * uses it disables it again, unless it was enabled before. A file records each supervisor that may
 * have enabled it. If the supervisor is killed, its successor finds the file and knows who enabled
 * forwarding.
 */
export async function shareForwarding(
  interfaceName: string,
  owner: Owner,
): Promise<AsyncDisposable> {
  const directory = join(SHARES_DIRECTORY, interfaceName);
  const wasOn = await isForwarding(interfaceName);
  // Another program enabled it, and disables it.
  if (wasOn && (await readShares(directory)).length === 0) {
    return { [Symbol.asyncDispose]: async () => {} };
  }
  await Deno.mkdir(directory, { recursive: true, mode: 0o755 });
  await Deno.writeTextFile(join(directory, owner.id), "");
  await enableForwarding(interfaceName);
  return {
    async [Symbol.asyncDispose]() {
      const wasLast = (await readShares(directory)).length === 1;
      if (wasLast) await disableForwarding(interfaceName);
      await Deno.remove(join(directory, owner.id));
      const isLast = (await readShares(directory)).length === 0;
      // Another supervisor started or stopped at the same moment.
      if (wasLast && !isLast) await enableForwarding(interfaceName);
      if (!wasLast && isLast) await disableForwarding(interfaceName);
      await Deno.remove(directory).catch(() => {});
      await Deno.remove(SHARES_DIRECTORY).catch(() => {});
    },
  };
}

async function isForwarding(interfaceName: string): Promise<boolean> {
  return (await readOptionalTextFile(sysctlPath(interfaceName)))?.trim() === "1";
}

async function readShares(directory: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function disableForwarding(interfaceName: string): Promise<void> {
  try {
    await Deno.writeTextFile(sysctlPath(interfaceName), "0");
  } catch (error) {
    // The interface was removed together with its setting.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function sysctlPath(interfaceName: string): string {
  return `/proc/sys/net/ipv4/conf/${interfaceName}/forwarding`;
}
