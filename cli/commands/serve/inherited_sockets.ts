import {
  type InheritedFile,
  type InheritedSocket,
  readInheritedSocket,
} from "../../../lib/system/inherited_sockets.ts";
import { CliError } from "../../exit_code.ts";

/** Sockets on which ddsrv accepts connections instead of listening itself. */
export interface InheritedSockets {
  readonly proxy?: InheritedSocket | undefined;
  readonly admin?: InheritedSocket | undefined;
}

/** `FileDescriptorName` of the admin port's socket, see systemd.socket(5). */
export const ADMIN_NAME = "admin";

/**
 * Returns the sockets of a service manager: the one with the name `admin` is for the admin port, and
 * the other one for requests.
 *
 * @throws {RangeError} if one is not a listening TCP socket
 * @throws {CliError} if there are more
 */
export function chooseSockets(files: readonly InheritedFile[]): InheritedSockets {
  const ofKind = (isAdmin: boolean): InheritedSocket | undefined => {
    const found = files.filter(({ name }) => (name === ADMIN_NAME) === isAdmin);
    const [file] = found;
    if (found.length > 1) {
      throw new CliError(
        `LISTEN_FDS has ${found.length} sockets for ${
          isAdmin ? "the admin port" : "requests"
        }, and ddsrv accepts on one. Keep one ListenStream= in ddsrv.socket: an address such as ` +
          `[::]:80 is for IPv4 and IPv6. One for the admin port needs FileDescriptorName=${ADMIN_NAME}`,
      );
    }
    return file && readInheritedSocket(file);
  };
  return { proxy: ofKind(false), admin: ofKind(true) };
}
