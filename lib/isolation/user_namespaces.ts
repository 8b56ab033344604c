import type { Run } from "../system/run.ts";
import type { Probe } from "./finding.ts";

const COMMAND: readonly string[] = [
  ...["bwrap", "--unshare-user", "--disable-userns", "--unshare-net", "--unshare-pid"],
  ...["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"],
  ...["lib", "lib64", "bin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
  ...["--", "true"],
];

/** Tests that a minimal sandbox of the rootless level starts. */
export function userNamespaceProbe(run: Run): Probe<string> {
  return {
    layer: "sandbox",
    async probe() {
      await run(COMMAND);
      return "users, network, processes and files by bubblewrap";
    },
    remedy: "Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, " +
      "user.max_user_namespaces; on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), run " +
      "ddsrv as root, or choose --isolation=none",
  };
}
