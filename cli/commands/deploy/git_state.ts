/** Git's view of a folder. */
export interface GitState {
  /** Name of the branch; `undefined` if none is checked out. */
  readonly branch: string | undefined;
  /** Commit of the folder's content; `undefined` if it has changes that are not committed. */
  readonly commit: string | undefined;
}

const NOTHING: GitState = { branch: undefined, commit: undefined };

/** Asks git about a folder; nothing is known without git, or outside a repository. */
export async function readGitState(folder: string): Promise<GitState> {
  try {
    const [branch, commit, changes] = await Promise.all([
      git(folder, ["symbolic-ref", "--quiet", "--short", "HEAD"]),
      git(folder, ["rev-parse", "--verify", "--quiet", "HEAD"]),
      git(folder, ["status", "--porcelain", "--", "."]),
    ]);
    return {
      branch: branch || undefined,
      commit: changes === "" && commit ? commit : undefined,
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return NOTHING;
    }
    throw error;
  }
}

/** Returns the output of a git command; `undefined` if it fails. */
async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["-C", folder, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout).trim() : undefined;
}
