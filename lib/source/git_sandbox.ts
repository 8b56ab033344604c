import type { IsolationLevel } from "../config/isolation_level.ts";
import { hostEtc } from "../isolation/host_etc.ts";
import { hostMounts } from "../sandbox/function_mounts.ts";
import { type Launch, sandboxCommand } from "../sandbox/sandbox.ts";
import { GIT_DIRECTORY } from "./git_plan.ts";

/** User of git, above those of functions, of checks and of their fetcher. */
const GIT_UID = 0x7402_0000;

/** Options of {@linkcode sandboxGit}. */
export interface GitSandboxOptions {
  readonly level: IsolationLevel;
  /** User of this process. */
  readonly uid: number | null;
}

/**
 * Returns a command for git in a sandbox: git reads what a server sends, as a user that owns nothing,
 * and writes only to memory. At level `none`, git runs directly.
 */
export async function sandboxGit(
  command: readonly string[],
  { level, uid }: GitSandboxOptions,
): Promise<Launch> {
  if (level === "none") return { command, input: "" };
  return sandboxCommand({
    uid: uid === 0 ? GIT_UID : undefined,
    programs: true,
    mounts: [...await hostMounts(), ...await hostEtc()],
    scratch: [GIT_DIRECTORY],
    workingDirectory: GIT_DIRECTORY,
    limits: { cpuSeconds: 600, dataBytes: 2 * 1024 ** 3 },
    command,
  });
}
