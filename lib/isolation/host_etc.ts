import type { Mount } from "../sandbox/sandbox.ts";

const FILES = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"];

/**
 * Returns mounts of the host's files for name resolution, for a sandbox with the host's network.
 */
export async function hostEtc(): Promise<Mount[]> {
  const mounts = await Promise.all(FILES.map(async (target) => {
    const source = await Deno.realPath(target).catch(() => undefined);
    return source === undefined ? undefined : { source, target };
  }));
  return mounts.filter((mount) => mount !== undefined);
}
