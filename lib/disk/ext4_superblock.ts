/** Fields of the superblock of an ext4 file system. */
export interface Superblock {
  readonly bytes: number;
  readonly files: number;
  readonly label: string;
  /** The kernel found errors, which e2fsck(8) must repair. */
  readonly hasErrors: boolean;
}

/** Offset of the superblock, and its length here. */
const OFFSET = 1_024;
const LENGTH = 1_024;

const MAGIC = 0xef53;

/** `s_volume_name`. */
const LABEL = 0x78;
const LABEL_LENGTH = 16;

/** `s_state`: errors detected. */
const ERROR_FS = 0x2;

/**
 * Parses the superblock in the first 2,048 bytes of a file system; `undefined` when there is none.
 * Source: Documentation/filesystems/ext4/super.rst of the kernel.
 */
export function parseSuperblock(bytes: Uint8Array): Superblock | undefined {
  if (bytes.length < OFFSET + LENGTH) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + OFFSET, LENGTH);
  if (view.getUint16(0x38, true) !== MAGIC) return undefined;
  const blockBytes = 1_024 << view.getUint32(0x18, true);
  return {
    bytes: view.getUint32(0x4, true) * blockBytes,
    files: view.getUint32(0x0, true),
    label: readLabel(bytes.subarray(OFFSET + LABEL, OFFSET + LABEL + LABEL_LENGTH)),
    hasErrors: (view.getUint16(0x3a, true) & ERROR_FS) !== 0,
  };
}

function readLabel(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end === -1 ? undefined : end));
}

/** Reads the superblock of an image; `undefined` when the image does not exist or has none. */
export async function readSuperblock(path: string): Promise<Superblock | undefined> {
  try {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(OFFSET + LENGTH);
    let length = 0;
    while (length < bytes.length) {
      const count = await file.read(bytes.subarray(length));
      if (count === null) return undefined;
      length += count;
    }
    return parseSuperblock(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
