import type { Run } from "../system/run.ts";

/**
 * Whether bwrap(1) mounts what is held by a descriptor. Folders may belong to users who exchange
 * them for something else in the moment between a look at a name and its mount.
 */
export function mountsProbe(
  run: Run,
): { readonly layer: string; readonly look: () => Promise<string>; readonly remedy: string } {
  return {
    layer: "mounts",
    look: async () => {
      const help = await run(["bwrap", "--help"]);
      if (help.includes("--ro-bind-fd")) return "bound by descriptor";
      throw new Error("this bubblewrap binds by name alone, it has no --ro-bind-fd");
    },
    remedy: "Upgrade it: apt-get install bubblewrap. Debian 12 has that option since " +
      "0.8.0-2+deb12u1, others since 0.10",
  };
}
