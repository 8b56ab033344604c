/** Value of the field `Upgrade` for the frames of a one-off run. */
export const RUN_PROTOCOL = "ddsrv-run";

/** Signals that a client may send to its run. */
export const RUN_SIGNALS = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGTERM",
] as const;

/** Types of frames; those of the client are below 16. */
const TYPES = {
  begin: 1,
  input: 2,
  "input-end": 3,
  signal: 4,
  stdout: 16,
  stderr: 17,
  "input-taken": 18,
  note: 19,
  exit: 20,
  error: 21,
  started: 22,
} as const;

/** Type of a frame. */
export type FrameType = keyof typeof TYPES;

/** Types of the frames that a client sends. */
export const CLIENT_FRAMES: readonly FrameType[] = ["begin", "input", "input-end", "signal"];

/** Types of the frames that a supervisor sends. */
export const SUPERVISOR_FRAMES: readonly FrameType[] = [
  ...["stdout", "stderr", "input-taken", "note", "started", "exit", "error"] as const,
];

/** One message of a one-off run's connection. */
export interface Frame {
  readonly type: FrameType;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Maximum content of a frame in bytes; senders split longer streams. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** Maximum content of the frame with arguments and variables. */
export const MAX_BEGIN_BYTES = 1024 * 1024;

/** A byte for the type, and four for the length. */
const HEAD_BYTES = 5;

const NAMES: ReadonlyMap<number, FrameType> = new Map(
  Object.entries(TYPES).map(([name, code]) => [code, name as FrameType]),
);

/**
 * Writes a frame: a byte for its type, four bytes for the length of its content (big-endian), and
 * the content.
 *
 * @throws {RangeError} if the content is longer than the type allows
 *
 * @example
 * ```ts
 * import { encodeFrame } from "./run_frames.ts";
 * encodeFrame("exit", new Uint8Array([0])); // Uint8Array [20, 0, 0, 0, 1, 0]
 * ```
 */
export function encodeFrame(
  type: FrameType,
  content: Uint8Array = new Uint8Array(),
): Uint8Array<ArrayBuffer> {
  if (content.length > maxOf(type)) {
    throw new RangeError(`A frame "${type}" has at most ${maxOf(type)} bytes`);
  }
  const bytes = new Uint8Array(HEAD_BYTES + content.length);
  bytes[0] = TYPES[type];
  new DataView(bytes.buffer).setUint32(1, content.length);
  bytes.set(content, HEAD_BYTES);
  return bytes;
}

/** Returns frames for each piece of bytes that may be longer than one frame. */
export function encodeStream(
  type: "input" | "stdout" | "stderr",
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer>[] {
  const frames: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length; at += MAX_FRAME_BYTES) {
    frames.push(encodeFrame(type, bytes.subarray(at, at + MAX_FRAME_BYTES)));
  }
  return frames;
}

/** Reads frames from pieces of a stream. */
export interface FrameDecoder {
  /**
   * Takes the next piece, and returns the frames that are complete now.
   *
   * @throws {SyntaxError} for a type that is not allowed, and for a frame that is too long
   */
  readonly push: (piece: Uint8Array) => Frame[];
  /** True between two frames. */
  readonly isBetween: boolean;
}

/** Creates a decoder that accepts frames of some types. It holds at most one frame in memory. */
export function createFrameDecoder(allowed: readonly FrameType[]): FrameDecoder {
  const head = new Uint8Array(HEAD_BYTES);
  let headLength = 0;
  let type: FrameType = "begin";
  let content = new Uint8Array();
  let length = 0;

  function openFrame(): void {
    const found = NAMES.get(head[0]!);
    if (found === undefined || !allowed.includes(found)) {
      throw new SyntaxError(`A frame has the type ${head[0]}, which is not allowed here`);
    }
    const size = new DataView(head.buffer).getUint32(1);
    if (size > maxOf(found)) {
      throw new SyntaxError(`A frame "${found}" has ${size} bytes, more than ${maxOf(found)}`);
    }
    type = found;
    content = new Uint8Array(size);
    length = 0;
  }

  return {
    push(piece) {
      const frames: Frame[] = [];
      let at = 0;
      while (at < piece.length) {
        if (headLength < HEAD_BYTES) {
          head[headLength++] = piece[at++]!;
          if (headLength < HEAD_BYTES) continue;
          openFrame();
        }
        const part = piece.subarray(at, at + content.length - length);
        content.set(part, length);
        length += part.length;
        at += part.length;
        if (length < content.length) continue;
        frames.push({ type, bytes: content });
        headLength = 0;
      }
      return frames;
    },
    get isBetween() {
      return headLength === 0;
    },
  };
}

function maxOf(type: FrameType): number {
  return type === "begin" ? MAX_BEGIN_BYTES : MAX_FRAME_BYTES;
}
