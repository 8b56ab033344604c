import { TAR_LIMITS } from "../../../lib/function/tar/read_tar.ts";
import { CliError } from "../../exit_code.ts";
import type { UploadSizes } from "./upload_sizes.ts";

/** Standard input of `ddsrv deploy`: an env file, then an archive; it ends with the command. */
export interface Upload extends AsyncDisposable {
  /** Text of the env file; empty without one. */
  readonly envText: string;
  /** Exactly the announced bytes, unless the input ends before. */
  readonly archive: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Aborts with a {@linkcode CliError} if the input ends while the command works. */
  readonly signal: AbortSignal;
}

const MAX_ENV_BYTES = 1024 * 1024;

/** Headers of an entry, with two paths of the maximum length. */
const MAX_HEADER_BYTES = 8 * 1024;

/** Without data for this time, the client is gone; a suspended one is not worth a lock. */
const IDLE_MS = 120_000;

/**
 * Reads the env file of an upload.
 *
 * @throws {CliError} if the upload is too large, before it is read, or ends early
 */
export async function openUpload(
  { envBytes, archiveBytes }: UploadSizes,
  { input = Deno.stdin.readable, idleMs = IDLE_MS }: {
    readonly input?: ReadableStream<Uint8Array<ArrayBuffer>>;
    readonly idleMs?: number;
  } = {},
): Promise<Upload> {
  const { maxBytes, maxEntries } = TAR_LIMITS;
  if (envBytes > MAX_ENV_BYTES) {
    throw new CliError(`The env file has more than ${MAX_ENV_BYTES} bytes. Nothing was added`);
  }
  if (archiveBytes > maxBytes + maxEntries * MAX_HEADER_BYTES) {
    throw new CliError(
      `The archive has ${archiveBytes} bytes, and this server accepts ${maxBytes}. Nothing was added`,
    );
  }
  const reader = input.getReader();
  const ended = new AbortController();
  let held = new Uint8Array();

  /** Returns 1 to `length` bytes; `undefined` at the end. */
  async function some(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (held.length === 0) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new CliError(`No data came for ${idleMs / 1000} s. Nothing was added`)),
        idleMs,
      );
      const { value } = await Promise.race([reader.read(), late.promise])
        .finally(() => clearTimeout(timer));
      if (value === undefined) return undefined;
      held = value;
    }
    const piece = held.subarray(0, length);
    held = held.subarray(piece.length);
    return piece;
  }

  async function readEnv(): Promise<string> {
    const bytes = new Uint8Array(envBytes);
    for (let at = 0; at < envBytes;) {
      const piece = await some(envBytes - at);
      if (piece === undefined) throw new CliError("The upload ended early. Nothing was added");
      bytes.set(piece, at);
      at += piece.length;
    }
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new CliError("The env file is not UTF-8. Nothing was added");
    }
  }

  async function watchEnd(): Promise<void> {
    if (held.length === 0) await reader.read().catch(() => {});
    ended.abort(new CliError("ddsrv deploy ended before the function served. Nothing was changed"));
  }

  const envText = await readEnv();
  let left = archiveBytes;
  return {
    envText,
    archive: new ReadableStream({
      async pull(controller) {
        const piece = left === 0 ? undefined : await some(left);
        if (piece !== undefined) {
          left -= piece.length;
          return controller.enqueue(piece);
        }
        controller.close();
        void watchEnd();
      },
    }, { highWaterMark: 0 }),
    signal: ended.signal,
    [Symbol.asyncDispose]: () => reader.cancel().catch(() => {}),
  };
}
