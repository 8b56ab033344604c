import { socketPathProblem } from "./socket_path.ts";

/** Nobody listens on the control socket. */
export class NoSupervisorError extends Error {
  override readonly name = "NoSupervisorError";
}

const START = `Start one with "ddsrv serve", or pass its socket with --socket`;

/** Returns the error for a failed call, after connecting to the socket again to find the cause. */
export async function explainFailure(socket: string, cause: unknown): Promise<Error> {
  const problem = socketPathProblem(socket);
  if (problem !== undefined) return new RangeError(problem, { cause });
  try {
    (await Deno.connect({ transport: "unix", path: socket })).close();
    // Something accepts connections, but its response was not valid.
    return notOurs(socket, cause);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      return new Error(`Only the owner of "${socket}" may open it. Run this command with sudo`, {
        cause,
      });
    }
    if (error instanceof Deno.errors.NotFound) {
      return new NoSupervisorError(
        `No supervisor is running: its socket "${socket}" does not exist. ${START}`,
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
        `"${socket}" is ${kind}, not a socket. Pass the supervisor's socket with --socket`,
        { cause },
      );
    }
    return new NoSupervisorError(
      `No supervisor is running on "${socket}": the one that created it has exited. ${START}`,
      { cause },
    );
  }
}

/** Returns the error for a response that is not a supervisor's. */
export function notOurs(socket: string, cause?: unknown): Error {
  return new Error(
    `The server on "${socket}" is not a ddsrv supervisor. Pass its socket with --socket`,
    { cause },
  );
}

/** Returns the error for a supervisor with another version of the API. */
export function otherVersion(socket: string, version: string): Error {
  return new Error(
    `The supervisor on "${socket}" uses version "${version.slice(0, 20)}" of the control API, ` +
      `which this ddsrv does not support. Use the same version of ddsrv`,
  );
}

/** Returns the error for a response that did not arrive in time. */
export function noAnswer(socket: string, seconds: number): Error {
  return new Error(
    `The server on "${socket}" accepted the request and did not answer within ${seconds} s. ` +
      `Try again, or restart the supervisor`,
  );
}
