import { TarError } from "./tar_error.ts";

const GZIP = [0x1f, 0x8b];

/** Advice for input that is not a supported archive. */
export const WANTED = "Use a tar archive, plain or with gzip: tar cz ./shop | ddsrv add -";

/** First bytes of other formats. */
const OTHERS: readonly (readonly [string, readonly number[]])[] = [
  ["xz", [0xfd, 0x37, 0x7a, 0x58]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
  ["7z", [0x37, 0x7a, 0xbc, 0xaf]],
  ["lz4", [0x04, 0x22, 0x4d, 0x18]],
  ["compress (.Z)", [0x1f, 0x9d]],
];

/**
 * Returns an archive as plain tar; detects gzip by its first bytes.
 *
 * @throws {TarError} if it is empty or compressed in another format
 */
export async function decompress(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<ReadableStream<Uint8Array>> {
  const reader = stream.getReader();
  let first = new Uint8Array();
  while (first.length < 4) {
    const { value } = await reader.read();
    if (value === undefined) break;
    first = new Uint8Array([...first, ...value]);
  }
  if (first.length === 0) throw new TarError("it is empty");
  const other = OTHERS.find(([, magic]) => begins(first, magic));
  if (other !== undefined) throw new TarError(`it looks like ${other[0]}. ${WANTED}`);
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(first),
    async pull(controller) {
      const { value } = await reader.read();
      if (value === undefined) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return begins(first, GZIP) ? whole.pipeThrough(new DecompressionStream("gzip")) : whole;
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}
