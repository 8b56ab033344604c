/** A ref of a remote repository. */
export interface RemoteRef {
  /** Full name, such as `refs/heads/main`, or `HEAD`. */
  readonly name: string;
  /** Commit in hexadecimal digits; of an annotated tag, the one that it leads to. */
  readonly commit: string;
}

const LINE = /^((?:[0-9a-f]{40}|[0-9a-f]{64}))\t(\S+)$/;

/** Returns patterns for git-ls-remote(1) that find a branch or tag, or the default branch. */
export function refPatterns(ref: string | undefined): string[] {
  if (ref === undefined) return ["HEAD"];
  return namesOf(ref).flatMap((name) =>
    name.startsWith("refs/tags/") ? [name, `${name}^{}`] : [name]
  );
}

/**
 * Chooses a ref in the output of git-ls-remote(1): a branch before a tag, as git-fetch(1) does not
 * guess. Returns `undefined` if there is none.
 */
export function chooseRef(output: string, ref: string | undefined): RemoteRef | undefined {
  const found = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, commit, name] = LINE.exec(line) ?? [];
    if (commit !== undefined && name !== undefined) found.set(name, commit);
  }
  for (const name of ref === undefined ? ["HEAD"] : namesOf(ref)) {
    const commit = found.get(`${name}^{}`) ?? found.get(name);
    if (commit !== undefined) return { name, commit };
  }
  return undefined;
}

/** Position of the first header's type in an archive, and the type of a global header. */
const [TYPE_AT, GLOBAL] = [156, 0x67];

/** Position of the first header's content, and as much of it as is needed. */
const [COMMENT_AT, COMMENT_BYTES] = [512, 128];

/**
 * Returns the commit that git-archive(1) writes into the first header of an archive; `undefined` if
 * there is none, as for a tag of a tree, whose first file could imitate it. Source:
 * git-get-tar-commit-id(1).
 */
export function archivedCommit(begin: Uint8Array): string | undefined {
  if (begin[TYPE_AT] !== GLOBAL) return undefined;
  const text = new TextDecoder().decode(begin.subarray(COMMENT_AT, COMMENT_AT + COMMENT_BYTES));
  return /^\d+ comment=((?:[0-9a-f]{40}|[0-9a-f]{64}))\n/.exec(text)?.[1];
}

/** Number of bytes that {@linkcode archivedCommit} needs. */
export const ARCHIVE_BEGIN: number = COMMENT_AT + COMMENT_BYTES;

function namesOf(ref: string): string[] {
  return ref.startsWith("refs/") ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
}
