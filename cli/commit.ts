/** File beside `cli/` or `lib/` of whatever was built: the commit, see {@linkcode findCommit}. */
export const BUILD_FILE = "build.json";

/** A full hash of SHA-1 or SHA-256; `-dirty` if tracked files differ from the commit. */
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:-dirty)?$/;

/**
 * Returns the commit that the code in a directory comes from: the one in its {@linkcode BUILD_FILE},
 * which packages and images have, otherwise that of the git repository which the directory itself
 * is. `null` if neither says it; a repository around the directory does not count.
 */
export async function findCommit(root: URL): Promise<string | null> {
  return await readBuild(root) ?? await askGit(root) ?? null;
}

async function readBuild(root: URL): Promise<string | undefined> {
  try {
    const { commit } = JSON.parse(await Deno.readTextFile(new URL(BUILD_FILE, root)));
    return parseCommit(commit);
  } catch {
    return undefined;
  }
}

/**
 * Asks git(1), which knows every layout of a repository. It refuses one that belongs to another
 * user, because such a repository can make it run programs.
 */
async function askGit(root: URL): Promise<string | undefined> {
  try {
    await Deno.lstat(new URL(".git", root));
    const { code, stdout } = await new Deno.Command("git", {
      args: ["describe", "--always", "--abbrev=64", "--exclude=*", "--dirty"],
      cwd: root,
      clearEnv: true,
      env: gitEnvironment(Deno.env.toObject()),
      stdin: "null",
      stderr: "null",
    }).output();
    return code === 0 ? parseCommit(new TextDecoder().decode(stdout).trim()) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns an environment without the variables that lead git to another repository. */
function gitEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith("GIT_"));
  // Without locks, git writes nothing into the repository.
  return { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: "0" };
}

/**
 * Returns the text if it is a commit, otherwise `undefined`.
 *
 * @example
 * ```ts
 * import { parseCommit } from "./commit.ts";
 * parseCommit("v1.0"); // undefined
 * ```
 */
export function parseCommit(text: unknown): string | undefined {
  return typeof text === "string" && COMMIT.test(text) ? text : undefined;
}
