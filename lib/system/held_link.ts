/** Longest text of a link, see PATH_MAX in limits.h. */
const MAX_BYTES = 4096;

/** Reads a link by its descriptor, in a thread of its own: some file systems take their time. */
type ReadLinkAt = (
  descriptor: number,
  path: Uint8Array<ArrayBuffer>,
  text: Uint8Array<ArrayBuffer>,
  size: bigint,
) => Promise<bigint>;

let readLinkAt: ReadLinkAt | undefined;

/**
 * The text of a symbolic link that is held by a descriptor (`O_PATH | O_NOFOLLOW`). Read by name, it
 * could be the text of another link that was put in its place for a moment. Source: readlinkat(2).
 *
 * @throws {TypeError} when there is no C library of the usual name
 * @throws {Error} when it can't be read
 */
export async function readHeldLink(descriptor: number): Promise<string> {
  readLinkAt ??= openReadLinkAt();
  const text = new Uint8Array(MAX_BYTES);
  const length = Number(await readLinkAt(descriptor, new Uint8Array(1), text, BigInt(MAX_BYTES)));
  if (length < 0) throw new Error("readlinkat failed");
  return new TextDecoder().decode(text.subarray(0, length));
}

function openReadLinkAt(): ReadLinkAt {
  const { symbols } = Deno.dlopen("libc.so.6", {
    readlinkat: {
      parameters: ["i32", "buffer", "buffer", "usize"],
      result: "isize",
      nonblocking: true,
    },
  });
  return symbols.readlinkat;
}
