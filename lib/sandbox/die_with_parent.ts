/** Arguments: the id of the parent process, the command. */
const SCRIPT = '[ "$PPID" = "$1" ] && shift && exec "$@"';

/**
 * Returns a command that the kernel kills when its parent exits, from its first moment on. bwrap(1)
 * asks for that too, but only some milliseconds after it has started. PR_SET_PDEATHSIG, see prctl(2),
 * has no effect if the parent has already exited; then the shell has another parent, and exits.
 *
 * @example
 * ```ts
 * import { dieWithParent } from "./die_with_parent.ts";
 * dieWithParent(7, ["true"]).slice(0, 3); // ["setpriv", "--pdeathsig", "KILL"]
 * ```
 */
export function dieWithParent(parentPid: number, command: readonly string[]): string[] {
  return [
    ...["setpriv", "--pdeathsig", "KILL"],
    ...["sh", "-c", SCRIPT, "sh", String(parentPid)],
    ...command,
  ];
}
