/** Maximum length of a link's target, PATH_MAX in limits.h. */
const MAX_BYTES = 4096;

/** Reads a link by its descriptor on another thread, because some file systems are slow. */
type ReadLinkAt = (
  descriptor: number,
  path: Uint8Array<ArrayBuffer>,
  text: Uint8Array<ArrayBuffer>,
  size: bigint,
) => Promise<bigint>;

let readLinkAt: ReadLinkAt | undefined;

/**
 * Returns the target of a symbolic link that is open as `O_PATH | O_NOFOLLOW`. A read by name could
 * return the target of a link that replaced it meanwhile. Source: readlinkat(2).
 *
 * @throws {TypeError} if libc.so.6 can't be loaded
 * @throws {Error} if it can't be read
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
