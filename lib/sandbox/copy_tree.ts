import { basename, dirname } from "node:path";
import { CommandError, type Run, run as execute } from "../system/run.ts";
import { holdTrustedPath } from "../system/trusted_path.ts";
import { launchShell, PLACE_DESCRIPTORS } from "./launch_shell.ts";

/** Options of {@linkcode copyTree}. */
export interface CopyOptions {
  /** Absolute path of a directory, not of a link. */
  readonly source: string;
  /** Path that does not exist. */
  readonly target: string;
  /** Copies in a sandbox, because root does not trust the source. */
  readonly isSandboxed: boolean;
  readonly run?: Run;
}

/** Long enough for a large folder on a slow disk. */
const TIMEOUT_MS = 60_000;

/**
 * Copies a directory with owners, modes, times and links, see cp(1). The owner of the source may
 * create a link at any moment, so root copies in a sandbox where a link leads nowhere.
 *
 * @throws {CommandError} when the copy is not complete
 */
export async function copyTree(options: CopyOptions): Promise<void> {
  const { source, target, isSandboxed, run = execute } = options;
  if (!isSandboxed) {
    await run(["cp", "-a", "--", source, target], { timeoutMs: TIMEOUT_MS });
    return;
  }
  using held = await holdTrustedPath(source);
  if (!(await held.stat()).isDirectory()) throw new Error(`"${source}" is not a directory`);
  const capabilities = ["CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_CHOWN", "CAP_FOWNER"];
  const [descriptor = ""] = PLACE_DESCRIPTORS;
  const command = [
    // Not --unshare-all: in a user namespace, root could not read files of other users.
    ...["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
    ...["--unshare-net", "--cap-drop", "ALL"],
    ...capabilities.flatMap((name) => ["--cap-add", name]),
    ...["--ro-bind", "/usr", "/usr"],
    ...["lib", "lib64", "bin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
    ...["--ro-bind-fd", descriptor, "/from", "--bind", dirname(target), "/to"],
    ...["--", "cp", "-a", "--", "/from", `/to/${basename(target)}`],
  ];
  const chain = launchShell({ places: [held.pathForChildren] }, command);
  try {
    await run(chain, { timeoutMs: TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // The operator knows neither the chain nor its paths.
    throw new CommandError(["cp", "-a", "--", source, target], error.reason, { cause: error });
  }
}
