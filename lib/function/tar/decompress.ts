import { TarError } from "./tar_error.ts";

const GZIP = [0x1f, 0x8b];

/** What other archives begin with. */
const OTHERS: readonly (readonly [string, readonly number[]])[] = [
  ["xz", [0xfd, 0x37, 0x7a, 0x58]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
];

/**
 * An archive as tar, whether it comes plain or with gzip, which its first bytes tell.
 *
 * @throws {TarError} when there is nothing, or it is compressed in another way
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
  if (first.length === 0) throw new TarError("there is nothing in it");
  const other = OTHERS.find(([, magic]) => begins(first, magic));
  if (other !== undefined) throw new TarError(`it is of ${other[0]}. Give tar, plain or with gzip`);
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
