import { destinationOf, type Target } from "./target.ts";

/**
 * Returns the arguments of ssh(1). It never asks without a terminal, never allocates one on the
 * server, and notices a dead connection within a minute. Everything else, such as keys and known
 * hosts, is the user's configuration.
 */
export function sshArguments(
  target: Target,
  { script, canAsk }: { readonly script: string; readonly canAsk: boolean },
): string[] {
  const options = [
    ...canAsk ? [] : ["BatchMode=yes"],
    "ConnectTimeout=30",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=4",
  ];
  return [
    "-T",
    ...options.flatMap((option) => ["-o", option]),
    ...target.port === undefined ? [] : ["-p", String(target.port)],
    "--",
    destinationOf(target),
    script,
  ];
}
