import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import type { Owner } from "./owner.ts";

/**
 * Lets the kernel forward packets that come in by an interface. The global switch is left alone.
 * Source: Linux ip-sysctl, `conf/interface/forwarding`.
 *
 * @throws {Error} when `/proc/sys` can't be written
 */
export async function enableForwarding(interfaceName: string): Promise<void> {
  if (await isForwarding(interfaceName)) return;
  try {
    await Deno.writeTextFile(sysctlPath(interfaceName), "1");
  } catch (cause) {
    throw new Error(
      `Cannot switch on forwarding for "${interfaceName}": ${
        (cause as Error).message
      }. Functions ` +
        `would reach nothing; make /proc/sys writable, or set the sysctl ` +
        `net.ipv4.conf.${interfaceName}.forwarding=1 from outside (docker run --sysctl ` +
        `net.ipv4.ip_forward=1)`,
      { cause },
    );
  }
}

/** Where supervisors say for which interfaces they switched forwarding on. */
const SHARES_DIRECTORY = "/run/ddsrv/forwarding";

/**
 * Switches forwarding on for an interface that all supervisors of a host share. The last of those
 * that have asked for it switches it off again, unless it had been on before any of them. A share
 * is there for as long as forwarding may be on for its owner's sake: one that is killed at any
 * point leaves it to its successor, which then knows whose doing it was.
 */
export async function shareForwarding(
  interfaceName: string,
  owner: Owner,
): Promise<AsyncDisposable> {
  const directory = join(SHARES_DIRECTORY, interfaceName);
  const wasOn = await isForwarding(interfaceName);
  // Somebody else's doing, and for somebody else to undo.
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
      // Another one came or went at the same moment.
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
    // The interface went away, and its setting with it.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function sysctlPath(interfaceName: string): string {
  return `/proc/sys/net/ipv4/conf/${interfaceName}/forwarding`;
}
