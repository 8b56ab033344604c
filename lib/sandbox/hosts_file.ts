import { join } from "node:path";
import type { Mount, SandboxLink } from "./sandbox.ts";

/** A hosts file of one instance. Disposing of it removes it. */
export interface HostsFile extends AsyncDisposable {
  readonly mount: Mount;
  readonly link: SandboxLink;
  /** Replaces all names at once; one call at a time. */
  readonly write: (names: readonly HostsEntry[]) => Promise<void>;
}

export interface HostsEntry {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** Path inside the sandbox of the directory with the hosts file. */
const SANDBOX_NAMES = "/ddsrv/names";

/** Returns the text of a hosts(5) file. */
export function formatHosts(names: readonly HostsEntry[]): string {
  const lines = names.flatMap(({ name, addresses }) =>
    addresses.map((address) => `${address} ${name}\n`)
  );
  return ["127.0.0.1 localhost\n", "::1 localhost\n", ...new Set(lines)].join("");
}

/**
 * Creates the hosts file of one instance in a directory that the caller owns. A function with an
 * egress list may not ask a resolver, because it could send data to any server in the names. It
 * finds in this file exactly the addresses that the firewall allows. The sandbox mounts the
 * directory and not the file, so that a rename can replace the file.
 */
export async function openHostsFile(directory: string): Promise<HostsFile> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o755 });
  const path = join(directory, "hosts");
  const write = async (names: readonly HostsEntry[]): Promise<void> => {
    const newPath = `${path}.new`;
    await Deno.writeTextFile(newPath, formatHosts(names), { mode: 0o644 });
    await Deno.rename(newPath, path);
  };
  await write([]);
  return {
    mount: { source: directory, target: SANDBOX_NAMES },
    link: { path: "/etc/hosts", target: join(SANDBOX_NAMES, "hosts") },
    write,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}
