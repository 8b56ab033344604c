import { F_DUPFD_CLOEXEC } from "./socket_library.ts";

/** A child process that was started with files. */
export interface SpawnedChild {
  readonly pid: number;
  /** Returns the exit code once it has ended, or 128 and the signal's number. */
  readonly poll: () => number | undefined;
}

/** Options of {@linkcode spawnWithFiles}. */
export interface SpawnOptions {
  /** Absolute path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors of this process. The child has them as 3, 4 and so on. */
  readonly files: readonly number[];
}

/** Above all that the child gets. */
const FIRST_COPY = 256;

/** Larger than `posix_spawn_file_actions_t` of any C library. */
const ACTIONS_BYTES = 1024;

const WNOHANG = 1;

/**
 * Starts a child process with files besides standard input, output and error, which Deno.Command can't
 * pass. No other process that starts at the same time inherits them. Source: posix_spawn(3).
 *
 * @throws {Error} if the process can't be started
 */
export function spawnWithFiles({ program, args, env, files }: SpawnOptions): SpawnedChild {
  const library = openLibrary();
  const { symbols } = library;
  const actions = new Uint8Array(ACTIONS_BYTES);
  symbols.posix_spawn_file_actions_init(actions);
  // A source may have the number of another file's target.
  const copies = files.map((one) => symbols.fcntl(one, F_DUPFD_CLOEXEC, FIRST_COPY));
  try {
    if (copies.some((copy) => copy < 0)) throw new Error("Cannot copy the listening sockets");
    copies.forEach((copy, index) =>
      symbols.posix_spawn_file_actions_adddup2(actions, copy, 3 + index)
    );
    const argv = texts([program, ...args]);
    const envp = texts(Object.entries(env).map(([name, value]) => `${name}=${value}`));
    const pid = new Int32Array(1);
    const error = symbols.posix_spawn(
      pid,
      encode(program),
      actions,
      null,
      argv.pointers,
      envp.pointers,
    );
    if (error !== 0) throw new Error(`Cannot start "${program}": error ${error} of posix_spawn(3)`);
    return { pid: pid[0]!, poll: poller(pid[0]!) };
  } finally {
    for (const copy of copies) if (copy >= 0) symbols.close(copy);
    symbols.posix_spawn_file_actions_destroy(actions);
    library.close();
  }
}

function openLibrary() {
  return Deno.dlopen("libc.so.6", {
    close: { parameters: ["i32"], result: "i32" },
    fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
    posix_spawn: {
      parameters: ["buffer", "buffer", "buffer", "pointer", "buffer", "buffer"],
      result: "i32",
    },
    posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
    posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
    posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  });
}

/** Returns a function that reaps the child, see wait(2). */
function poller(pid: number): () => number | undefined {
  let code: number | undefined;
  return () => {
    if (code !== undefined) return code;
    const library = Deno.dlopen("libc.so.6", {
      waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
    });
    const status = new Int32Array(1);
    const waited = library.symbols.waitpid(pid, status, WNOHANG);
    library.close();
    if (waited === pid) code = exitCodeOf(status[0]!);
    return code;
  };
}

/**
 * Returns the exit code in a status of wait(2), or 128 and the signal's number.
 *
 * @example
 * ```ts
 * import { exitCodeOf } from "./spawn_with_files.ts";
 * exitCodeOf(0x0300); // 3
 * exitCodeOf(9); // 137
 * ```
 */
export function exitCodeOf(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}

/** Texts for C, which live as long as this. */
interface Texts {
  readonly pointers: BigUint64Array<ArrayBuffer>;
  readonly buffers: readonly Uint8Array<ArrayBuffer>[];
}

function texts(values: readonly string[]): Texts {
  const buffers = values.map(encode);
  const addresses = buffers.map((one) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(one)));
  return { pointers: BigUint64Array.from([...addresses, 0n], BigInt), buffers };
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
