import { join } from "node:path";
import type { Mount } from "./sandbox.ts";

/** The small files below `/etc` that look-ups need, as mounts for a sandbox. */
export interface EtcFiles {
  /** With the resolvers, for what may reach them. */
  readonly online: readonly Mount[];
  /** Without any, so that a look-up fails at once instead of hanging. */
  readonly offline: readonly Mount[];
  /** Without any, and without names: those have a file of their own. */
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
  const nobody = mount("resolv-offline.conf", "resolv.conf");
  return {
    online: [names, order, mount("resolv.conf")],
    offline: [names, order, nobody],
    named: [order, nobody],
  };
}
