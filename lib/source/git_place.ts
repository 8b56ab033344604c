import type { IsolationLevel } from "../config/isolation_level.ts";
import { hostEtc } from "../isolation/host_etc.ts";
import { hostMounts } from "../sandbox/function_mounts.ts";
import { type Launch, sandboxCommand } from "../sandbox/sandbox.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** Where git works. Disposing of it removes the repository. */
export interface GitPlace extends AsyncDisposable {
  /** Path of the repository, as git sees it; it does not exist yet. */
  readonly directory: string;
  /** Puts a command into the sandbox. */
  readonly around: (command: readonly string[]) => Promise<Launch>;
}

/** Options of {@linkcode openGitPlace}. */
export interface GitPlaceOptions {
  readonly level: IsolationLevel;
  /** User of this process. */
  readonly uid: number | null;
  /** Host path for a repository without a sandbox, in a directory that only this user changes. */
  readonly path: string;
}

/** User of git, above those of functions, of checks and of their fetcher. */
const GIT_UID = 0x7402_0000;

/** A directory in memory of each sandbox. */
const SCRATCH = "/ddsrv/source";

/**
 * Opens a place for git, which reads what a server sends: a sandbox, where it is a user that owns
 * nothing, and writes only to memory. At level `none`, git runs directly.
 */
export async function openGitPlace({ level, uid, path }: GitPlaceOptions): Promise<GitPlace> {
  if (level === "none") {
    await removeIfThere(path);
    return {
      directory: path,
      around: (command) => Promise.resolve({ command, input: "" }),
      [Symbol.asyncDispose]: () => removeIfThere(path),
    };
  }
  return {
    // git trusts only a repository of its own user.
    directory: `${SCRATCH}/repository`,
    around: async (command) =>
      sandboxCommand({
        uid: uid === 0 ? GIT_UID : undefined,
        programs: true,
        mounts: [...await hostMounts(), ...await hostEtc()],
        scratch: [SCRATCH],
        workingDirectory: SCRATCH,
        limits: { cpuSeconds: 600, dataBytes: 2 * 1024 ** 3 },
        command,
      }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
