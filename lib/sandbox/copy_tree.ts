import { basename, dirname } from "node:path";
import { type Run, run as execute } from "../system/run.ts";
import { holdTrustedPath } from "../system/trusted_path.ts";
import { launchShell, PLACE_DESCRIPTORS } from "./launch_shell.ts";

/** What is copied, and how. */
export interface CopyOptions {
  /** An absolute path of a directory, and no link to one. */
  readonly source: string;
  /** A path where nothing is. */
  readonly target: string;
  /** Root copies what it does not trust, and must see nothing else meanwhile. */
  readonly isSandboxed: boolean;
  readonly run?: Run;
}

/** A large folder on a slow disk. */
const TIMEOUT_MS = 60_000;

/**
 * Copies a directory with owners, modes, times and links, see cp(1). Whoever may write to the source
 * may put a link anywhere at any moment; where root copies, there is nothing that it could lead to.
 *
 * @throws {CommandError} when it can't be copied whole
 */
export async function copyTree(options: CopyOptions): Promise<void> {
  const { source, target, isSandboxed, run = execute } = options;
  if (!isSandboxed) {
    await run(["cp", "-a", "--", source, target], { timeoutMs: TIMEOUT_MS });
    return;
  }
  using held = await holdTrustedPath(source);
  if (!(await held.stat()).isDirectory()) throw new Error(`"${source}" is no directory`);
  const capabilities = ["CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_CHOWN", "CAP_FOWNER"];
  const [descriptor = ""] = PLACE_DESCRIPTORS;
  const command = [
    // Not --unshare-all: among users of its own, root is nobody to files of others.
    ...["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
    ...["--unshare-net", "--cap-drop", "ALL"],
    ...capabilities.flatMap((name) => ["--cap-add", name]),
    ...["--ro-bind", "/usr", "/usr"],
    ...["lib", "lib64", "bin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
    ...["--ro-bind-fd", descriptor, "/from", "--bind", dirname(target), "/to"],
    ...["--", "cp", "-a", "--", "/from", `/to/${basename(target)}`],
  ];
  await run(launchShell({ places: [held.pathForChildren] }, command), { timeoutMs: TIMEOUT_MS });
}
