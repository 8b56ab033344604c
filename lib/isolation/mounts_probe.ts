import type { Run } from "../system/run.ts";
import type { Probe } from "./finding.ts";

/**
 * Tests that bwrap(1) can mount open file descriptors. The owner of a folder could replace it
 * between a check of its name and the mount.
 */
export function mountsProbe(run: Run): Probe<string> {
  return {
    layer: "mounts",
    probe: async () => {
      const help = await run(["bwrap", "--help"]);
      if (help.includes("--ro-bind-fd")) return "bubblewrap mounts file descriptors";
      throw new Error("this bubblewrap has no option --ro-bind-fd");
    },
    remedy: "Upgrade bubblewrap: apt-get install bubblewrap. Debian 12 has the option " +
      "since 0.8.0-2+deb12u1, other distributions since 0.10",
  };
}
