import { type ListeningAddress, readListeningAddress } from "./listening_address.ts";
import { F_GETFD, F_SETFD, FD_CLOEXEC, openSocketLibrary } from "./socket_library.ts";

/** A file that this process was started with. */
export interface InheritedFile {
  readonly descriptor: number;
  /** Its name in `LISTEN_FDNAMES`; empty without one. */
  readonly name: string;
}

/** A listening socket that this process was started with. */
export interface InheritedSocket extends ListeningAddress {
  readonly descriptor: number;
}

/** First descriptor that is passed, `SD_LISTEN_FDS_START`. */
const FIRST = 3;

/** Far more than ddsrv can use. */
const MAX_FILES = 64;

const VARIABLES = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] as const;

const REMEDY = "Fix whatever starts ddsrv, or start it without LISTEN_FDS";

/**
 * Takes the files that a service manager or a predecessor has passed, by sd_listen_fds(3), and removes
 * the variables from the environment. Variables for another process have no effect. No child process
 * inherits the files.
 *
 * @throws {RangeError} if the variables are wrong
 */
export function takeInheritedFiles(
  environment: Pick<Deno.Env, "get" | "delete">,
  pid: number,
): readonly InheritedFile[] {
  const [forPid, count, names] = VARIABLES.map((name) => environment.get(name));
  for (const name of VARIABLES) environment.delete(name);
  if (Deno.build.os !== "linux" || count === undefined || forPid !== String(pid)) return [];
  const files = planInheritedFiles(count, names);
  if (files.length === 0) return [];
  using library = openSocketLibrary();
  for (const { descriptor } of files) {
    if (library.symbols.fcntl(descriptor, F_GETFD, 0) < 0) {
      throw new RangeError(
        `LISTEN_FDS is ${count}, but descriptor ${descriptor} is not open. ${REMEDY}`,
      );
    }
    library.symbols.fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  }
  return files;
}

/**
 * Returns the files that the values of `LISTEN_FDS` and `LISTEN_FDNAMES` name.
 *
 * @example
 * ```ts
 * import { planInheritedFiles } from "./inherited_sockets.ts";
 * planInheritedFiles("1", "web"); // [{ descriptor: 3, name: "web" }]
 * ```
 * @throws {RangeError} if they are wrong
 */
export function planInheritedFiles(count: string, names: string | undefined): InheritedFile[] {
  if (!/^\d{1,9}$/.test(count) || Number(count) > MAX_FILES) {
    throw new RangeError(
      `LISTEN_FDS is "${count}", and must be a number from 0 to ${MAX_FILES}. ${REMEDY}`,
    );
  }
  const named = names === undefined ? [] : names.split(":");
  if (names !== undefined && named.length !== Number(count)) {
    throw new RangeError(
      `LISTEN_FDNAMES has ${named.length} names, but LISTEN_FDS is ${count}. ${REMEDY}`,
    );
  }
  return Array.from(
    { length: Number(count) },
    (_, index) => ({ descriptor: FIRST + index, name: named[index] ?? "" }),
  );
}

/**
 * Returns the socket that a descriptor is.
 *
 * @throws {RangeError} if it is no listening TCP socket
 */
export function readInheritedSocket({ descriptor, name }: InheritedFile): InheritedSocket {
  using library = openSocketLibrary();
  const found = readListeningAddress(library, descriptor);
  if (typeof found !== "string") return { descriptor, ...found };
  const named = name === "" ? "" : ` ("${name}")`;
  throw new RangeError(
    `Descriptor ${descriptor}${named} of LISTEN_FDS ${found}. ddsrv accepts connections on a ` +
      `listening TCP socket: ListenStream=, with Accept=no. ${REMEDY}`,
  );
}
