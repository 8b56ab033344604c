import { join } from "node:path";
import type { Mount } from "./sandbox.ts";

/** Mounts of the files in `/etc` that name resolution needs. */
export interface EtcFiles {
  /** With the resolvers. */
  readonly online: readonly Mount[];
  /** Without resolvers, so that a lookup fails at once. */
  readonly offline: readonly Mount[];
  /** Without resolvers and without a hosts file, which the caller adds. */
  readonly named: readonly Mount[];
}

/** Writes the files into `directory`, which the caller owns and removes. */
export async function writeEtcFiles(
  directory: string,
  resolvers: readonly string[],
): Promise<EtcFiles> {
  const files = {
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "hosts: files dns\n",
    "resolv.conf": resolvers.map((address) => `nameserver ${address}\n`).join(""),
    "resolv-offline.conf": "",
  };
  await Deno.mkdir(directory, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(directory, name), text, { mode: 0o644 });
  }
  const mount = (name: string, target = name): Mount => ({
    source: join(directory, name),
    target: `/etc/${target}`,
  });
  const order = mount("nsswitch.conf");
  const names = mount("hosts");
  const noResolver = mount("resolv-offline.conf", "resolv.conf");
  return {
    online: [names, order, mount("resolv.conf")],
    offline: [names, order, noResolver],
    named: [order, noResolver],
  };
}
