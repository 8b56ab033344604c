import { socketPathProblem } from "./socket_path.ts";

/** Nobody listens on the control socket. */
export class NoSupervisorError extends Error {
  override readonly name = "NoSupervisorError";
}

const START = `Start one with "ddsrv serve", or name its socket with --socket`;

/** Why a call came to nothing, found by a second look at the socket. */
export async function explainFailure(socket: string, cause: unknown): Promise<Error> {
  const problem = socketPathProblem(socket);
  if (problem !== undefined) return new RangeError(problem, { cause });
  try {
    (await Deno.connect({ transport: "unix", path: socket })).close();
    // It takes connections, and what it said was no answer.
    return notOurs(socket, cause);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      return new Error(`"${socket}" may be opened by its owner alone. Run it with sudo`, { cause });
    }
    if (error instanceof Deno.errors.NotFound) {
      return new NoSupervisorError(
        `No supervisor runs with the socket "${socket}", which does not exist. ${START}`,
        { cause },
      );
    }
    if (error instanceof Deno.errors.WouldBlock) {
      return new Error(`The supervisor on "${socket}" has too many clients. Try again`, { cause });
    }
    const file = await Deno.lstat(socket).catch(() => undefined);
    if (file !== undefined && !file.isSocket && !file.isSymlink) {
      const kind = file.isDirectory ? "a directory" : "a file";
      return new Error(
        `"${socket}" is ${kind} and no socket. Name the supervisor's with --socket`,
        { cause },
      );
    }
    return new NoSupervisorError(
      `No supervisor answers on "${socket}": the one that made it has ended. ${START}`,
      { cause },
    );
  }
}

/** The error for an answer that no supervisor gives. */
export function notOurs(socket: string, cause?: unknown): Error {
  return new Error(
    `What listens on "${socket}" is no ddsrv supervisor. Name the supervisor's socket with --socket`,
    { cause },
  );
}

/** The error for a supervisor whose API is another. */
export function otherVersion(socket: string, version: string): Error {
  return new Error(
    `The supervisor on "${socket}" speaks version "${version.slice(0, 20)}" of the control API, ` +
      `which this ddsrv does not know. Use the ddsrv that it was started with`,
  );
}

/** The error for an answer that does not come. */
export function noAnswer(socket: string, seconds: number): Error {
  return new Error(
    `What listens on "${socket}" took the request and has not answered within ${seconds} s. ` +
      `Try again, or start the supervisor anew`,
  );
}
