/** The longest path of a socket: 108 bytes with the NUL behind it; unix(7). */
const MAX_PATH_BYTES = 107;

/** Why there can be no socket of that path, with what to do; `undefined` when there can. */
export function socketPathProblem(path: string): string | undefined {
  if (path === "") return `The control socket's path is empty. Give one with --socket`;
  if (path.includes("\0")) {
    return `The control socket's path holds NUL. Give another with --socket`;
  }
  const bytes = new TextEncoder().encode(path).length;
  if (bytes <= MAX_PATH_BYTES) return undefined;
  return `The control socket's path has ${bytes} bytes, and at most ${MAX_PATH_BYTES} are ` +
    `possible: "${path}". Give a shorter one with --socket`;
}
