/** Maximum length of a socket's path: 108 bytes with the terminating NUL; unix(7). */
const MAX_PATH_BYTES = 107;

/** Returns the problem of a socket's path, with a remedy; `undefined` if it is valid. */
export function socketPathProblem(path: string): string | undefined {
  if (path === "") return "The control socket path is empty. Pass one with --socket";
  if (path.includes("\0")) {
    return "The control socket path contains NUL. Pass another one with --socket";
  }
  const bytes = new TextEncoder().encode(path).length;
  if (bytes <= MAX_PATH_BYTES) return undefined;
  return `The control socket path has ${bytes} bytes, more than the limit of ` +
    `${MAX_PATH_BYTES}: "${path}". Pass a shorter one with --socket`;
}

/** Returns the name under which a process listens before it gives a socket its name; a short one. */
export function firstSocketName(pid: number): string {
  return `.${pid}`;
}
