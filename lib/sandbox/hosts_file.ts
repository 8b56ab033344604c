import { join } from "node:path";
import type { Mount, SandboxLink } from "./sandbox.ts";

/** Where names lead, for a function that may reach nothing but some names. */
export interface HostsFile extends AsyncDisposable {
  readonly mount: Mount;
  readonly link: SandboxLink;
  /** Puts other names in place of those that are there, all at once; one call at a time. */
  readonly write: (names: readonly HostsEntry[]) => Promise<void>;
}

/** A name and its addresses. */
export interface HostsEntry {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** Where the directory with the file shows inside the sandbox. */
const SANDBOX_NAMES = "/ddsrv/names";

/** The text of a hosts(5) file. */
export function formatHosts(names: readonly HostsEntry[]): string {
  const lines = names.flatMap(({ name, addresses }) =>
    addresses.map((address) => `${address} ${name}\n`)
  );
  return ["127.0.0.1 localhost\n", "::1 localhost\n", ...new Set(lines)].join("");
}

/**
 * A hosts file for one instance, in a directory that the caller owns. A function with a list of
 * egress asks no resolver, which could carry anything to anywhere in the names that it is asked
 * for; it finds here the very addresses that the firewall has open. The directory is mounted and
 * not the file, so that another one can be renamed into its place.
 */
export async function openHostsFile(directory: string): Promise<HostsFile> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o755 });
  const path = join(directory, "hosts");
  const write = async (names: readonly HostsEntry[]): Promise<void> => {
    const beside = `${path}.new`;
    await Deno.writeTextFile(beside, formatHosts(names), { mode: 0o644 });
    await Deno.rename(beside, path);
  };
  await write([]);
  return {
    mount: { source: directory, target: SANDBOX_NAMES },
    link: { path: "/etc/hosts", target: join(SANDBOX_NAMES, "hosts") },
    write,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}
