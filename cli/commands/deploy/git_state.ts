/** Git's view of a folder. */
export interface GitState {
  /** Name of the branch; `undefined` if none is checked out. */
  readonly branch: string | undefined;
  /** Commit of the folder's content; `undefined` if it has changes that are not committed. */
  readonly commit: string | undefined;
}

const NOTHING: GitState = { branch: undefined, commit: undefined };

/**
 * A repository's configuration can name programs: of a file monitor, of hooks, of a transport for
 * missing objects. It may come from somebody else, as part of an archive or as a folder in a clone
 * that looks like a repository. Sources: git-config(1), git(1).
 */
const OPTIONS = [
  "--no-optional-locks",
  ...["core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit"]
    .flatMap((one) => ["-c", one]),
];
const VARIABLES = { GIT_ALLOW_PROTOCOL: "none", GIT_NO_LAZY_FETCH: "1" };

/** Git looks into no submodule, whose configuration is one of its own. */
const STATUS = ["status", "--porcelain", "--ignore-submodules=dirty", "--", "."];

/** Lists programs that git runs on files, each with the scope that names it. */
const FILTERS = [
  ...["config", "--includes", "--show-scope", "--name-only"],
  ...["--get-regexp", "^filter\\..*\\.(clean|process|smudge)$"],
];

/** Exit code of git-config(1) if nothing matches. */
const NO_MATCH = 1;

/**
 * Asks git about a folder; nothing is known without git, or outside a repository. Runs no program that
 * the repository names: with a filter of its own, the commit is not known.
 */
export async function readGitState(folder: string): Promise<GitState> {
  try {
    const [branch, commit, filters] = await Promise.all([
      git(folder, ["symbolic-ref", "--quiet", "--short", "HEAD"]),
      git(folder, ["rev-parse", "--verify", "--quiet", "HEAD"]),
      git(folder, FILTERS),
    ]);
    const canLook = commit.code === 0 && !hasOwnFilter(filters);
    const changes = canLook ? await git(folder, STATUS) : undefined;
    const isClean = changes?.code === 0 && changes.text === "";
    return {
      branch: branch.code === 0 && branch.text !== "" ? branch.text : undefined,
      commit: isClean ? commit.text : undefined,
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return NOTHING;
    }
    throw error;
  }
}

interface Answer {
  readonly code: number;
  readonly text: string;
}

/** Filters of the user and of the computer, such as those of Git LFS, are no danger. */
function hasOwnFilter({ code, text }: Answer): boolean {
  if (code === NO_MATCH) return false;
  return code !== 0 || text.split("\n").some((line) => /^(?:local|worktree)\t/.test(line));
}

async function git(folder: string, args: readonly string[]): Promise<Answer> {
  const { code, stdout } = await new Deno.Command("git", {
    args: [...OPTIONS, "-C", folder, ...args],
    env: VARIABLES,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  return { code, text: new TextDecoder().decode(stdout).trim() };
}
