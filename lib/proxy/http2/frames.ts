/** Types of frames (RFC 9113, section 6). */
export enum FrameType {
  Data,
  Headers,
  Priority,
  RstStream,
  Settings,
  PushPromise,
  Ping,
  Goaway,
  WindowUpdate,
  Continuation,
}

/** Bits in the flags of frames. `Ack` is for SETTINGS and PING only. */
export const Flag = {
  Ack: 0x1,
  EndStream: 0x1,
  EndHeaders: 0x4,
  Padded: 0x8,
  Priority: 0x20,
} as const;

/** Reasons for ending a stream or a connection (RFC 9113, section 7). */
export enum ErrorCode {
  NoError,
  ProtocolError,
  InternalError,
  FlowControlError,
  SettingsTimeout,
  StreamClosed,
  FrameSizeError,
  RefusedStream,
  Cancel,
  CompressionError,
  ConnectError,
  EnhanceYourCalm,
}

/** Parameters of SETTINGS (RFC 9113, section 6.5.2; RFC 8441, section 3). */
export enum Setting {
  HeaderTableSize = 1,
  EnablePush = 2,
  MaxConcurrentStreams = 3,
  InitialWindowSize = 4,
  MaxFrameSize = 5,
  MaxHeaderListSize = 6,
  EnableConnectProtocol = 8,
}

/** Size of a frame's head. */
export const FRAME_HEAD_BYTES = 9;

/** Maximum payload of a frame until the recipient allows more; this proxy never uses more. */
export const MAX_FRAME_BYTES = 16_384;

/** Initial size of all windows for flow control. */
export const DEFAULT_WINDOW = 65_535;

/** No window may exceed it (RFC 9113, section 6.9.1). */
export const MAX_WINDOW = 2 ** 31 - 1;

/** The head of a frame. */
export interface FrameHead {
  /** Bytes of payload. */
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  /** 0 is the connection. */
  readonly stream: number;
}

/** The first bytes of a client (RFC 9113, section 3.4). */
export const PREFACE: Uint8Array<ArrayBuffer> = new TextEncoder().encode(
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
);

/** An error of the client that ends its connection. */
export class ConnectionError extends Error {
  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** Reads the head of a frame from 9 bytes at `at`. */
export function readFrameHead(bytes: Uint8Array, at: number): FrameHead {
  return {
    length: bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!,
    type: bytes[at + 3]!,
    flags: bytes[at + 4]!,
    stream: readUint32(bytes, at + 5) & 0x7fff_ffff,
  };
}

/** Reads a 32-bit number in network byte order. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
}

/** Writes a 32-bit number in network byte order. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Writes the head of a frame to 9 bytes at `at`. */
export function writeFrameHead(bytes: Uint8Array, at: number, head: FrameHead): void {
  bytes[at] = head.length >>> 16;
  bytes[at + 1] = head.length >>> 8;
  bytes[at + 2] = head.length;
  bytes[at + 3] = head.type;
  bytes[at + 4] = head.flags;
  writeUint32(bytes, at + 5, head.stream);
}

/** Encodes one frame. */
export function encodeFrame(
  type: FrameType,
  payload: Uint8Array,
  { stream = 0, flags = 0 }: { readonly stream?: number; readonly flags?: number } = {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FRAME_HEAD_BYTES + payload.length);
  writeFrameHead(bytes, 0, { length: payload.length, type, flags, stream });
  bytes.set(payload, FRAME_HEAD_BYTES);
  return bytes;
}

/** Encodes numbers of 32 bits, as in RST_STREAM, WINDOW_UPDATE and GOAWAY. */
export function encodeNumbers(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 4);
  values.forEach((value, index) => writeUint32(bytes, index * 4, value));
  return bytes;
}

/** Encodes the payload of SETTINGS. */
export function encodeSettings(
  settings: readonly (readonly [Setting, number])[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(settings.length * 6);
  settings.forEach(([setting, value], index) => {
    bytes[index * 6 + 1] = setting;
    writeUint32(bytes, index * 6 + 2, value);
  });
  return bytes;
}
