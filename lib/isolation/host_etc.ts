import type { Mount } from "../sandbox/sandbox.ts";

const FILES = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"];

/** The host's own files for look-ups, as mounts for a sandbox that has the host's network. */
export async function hostEtc(): Promise<Mount[]> {
  const mounts = await Promise.all(FILES.map(async (target) => {
    const source = await Deno.realPath(target).catch(() => undefined);
    return source === undefined ? undefined : { source, target };
  }));
  return mounts.filter((mount) => mount !== undefined);
}
