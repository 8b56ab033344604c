import {
  encodeFrame,
  encodeSettings,
  ErrorCode,
  Flag,
  FRAME_HEAD_BYTES,
  FrameType,
  PREFACE,
  readFrameHead,
  readUint32,
  type Setting,
} from "../../../lib/proxy/http2/frames.ts";
import { HeaderDecoder } from "../../../lib/proxy/http2/header_decoder.ts";
import type { Field } from "../../../lib/proxy/http2/static_table.ts";
import { PAIRS } from "../certificates.ts";
import { bytesOf, textOf, within } from "../harness.ts";

const { one } = PAIRS;

/** A frame of the proxy. `text` is the payload, one character per byte. */
export interface Received {
  readonly type: FrameType;
  readonly flags: number;
  readonly stream: number;
  readonly text: string;
  /** Fields of HEADERS, if no CONTINUATION follows. */
  readonly fields: readonly Field[];
  /** The code of RST_STREAM and GOAWAY. */
  readonly code: ErrorCode | undefined;
}

/** Encodes fields without any table or Huffman code (RFC 7541, section 6.2.2). */
export function blockOf(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const text = fields.map(([name, value]) => `\0${lengthOf(name)}${lengthOf(value)}`).join("");
  return bytesOf(text);
}

/** The fields of a GET request for a path. */
export function getOf(path = "/app/x", more: readonly Field[] = []): Field[] {
  return [
    [":method", "GET"],
    [":scheme", "https"],
    [":authority", "h"],
    [":path", path],
    ...more,
  ];
}

/** The fields of a POST request for a path. */
export function postOf(more: readonly Field[] = []): Field[] {
  return [[":method", "POST"], ...getOf().slice(1), ...more];
}

/** A client that sends any bytes as frames. */
export class RawClient implements Disposable {
  readonly #connection: Deno.TlsConn;
  readonly #decoder = new HeaderDecoder();
  #unread = new Uint8Array(0);

  constructor(connection: Deno.TlsConn) {
    this.#connection = connection;
  }

  async write(...parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      for (let at = 0; at < part.length;) {
        at += await this.#connection.write(part.subarray(at));
      }
    }
  }

  /** Sends the preface and SETTINGS, and awaits the settings of the proxy. */
  async greet(settings: readonly (readonly [Setting, number])[] = []): Promise<Received> {
    await this.write(PREFACE, encodeFrame(FrameType.Settings, encodeSettings(settings)));
    return await this.next(FrameType.Settings);
  }

  /** Sends a request; with `isOpen`, its body follows. */
  async request(
    stream: number,
    fields: readonly Field[],
    { isOpen = false }: { readonly isOpen?: boolean } = {},
  ): Promise<void> {
    await this.write(headersOf(stream, fields, { isOpen }));
  }

  async data(
    stream: number,
    text: string,
    { isLast = false }: { readonly isLast?: boolean } = {},
  ): Promise<void> {
    const flags = isLast ? Flag.EndStream : 0;
    await this.write(encodeFrame(FrameType.Data, bytesOf(text), { stream, flags }));
  }

  /** Reads a frame, or `undefined` at the end. */
  async read(): Promise<Received | undefined> {
    for (;;) {
      const bytes = this.#unread;
      if (bytes.length >= FRAME_HEAD_BYTES) {
        const head = readFrameHead(bytes, 0);
        const end = FRAME_HEAD_BYTES + head.length;
        if (bytes.length >= end) {
          this.#unread = bytes.slice(end);
          return this.#received(head, bytes.subarray(FRAME_HEAD_BYTES, end));
        }
      }
      if (!await this.#fill()) return undefined;
    }
  }

  /** Skips frames up to the next one of a type, for a stream if one is given. */
  async next(type: FrameType, stream?: number): Promise<Received> {
    for (;;) {
      const frame = await this.read();
      if (frame === undefined) throw new Error(`The connection ended before ${FrameType[type]}`);
      if (frame.type === type && (stream === undefined || frame.stream === stream)) return frame;
    }
  }

  /** Reads a whole response, without its interim ones. */
  async response(
    stream: number,
  ): Promise<{ fields: readonly Field[]; body: string; trailers: readonly Field[] }> {
    let { fields, flags } = await this.next(FrameType.Headers, stream);
    let body = "";
    while ((flags & Flag.EndStream) === 0) {
      const frame = await this.read();
      if (frame === undefined) {
        throw new Error(`The connection ended within ${JSON.stringify(body)}`);
      }
      if (frame.stream !== stream) continue;
      if (frame.type === FrameType.Headers) return { fields, body, trailers: frame.fields };
      if (frame.type === FrameType.RstStream) throw new Error(`Reset: ${ErrorCode[frame.code!]}`);
      body += frame.text;
      flags = frame.flags;
    }
    return { fields, body, trailers: [] };
  }

  /** Reads to the end of the connection. Returns the code and the text of GOAWAY, if there is one. */
  async farewell(): Promise<{ code: ErrorCode | undefined; text: string }> {
    let last: Received | undefined;
    for (;;) {
      const frame = await this.read().catch(() => undefined);
      if (frame === undefined) return { code: last?.code, text: last?.text.slice(8) ?? "" };
      if (frame.type === FrameType.Goaway) last = frame;
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // The proxy has reset it.
    }
  }

  #received(
    head: { readonly type: FrameType; readonly flags: number; readonly stream: number },
    payload: Uint8Array,
  ): Received {
    const hasCode = head.type === FrameType.RstStream || head.type === FrameType.Goaway;
    const at = head.type === FrameType.Goaway ? 4 : 0;
    const isBlock = head.type === FrameType.Headers && (head.flags & Flag.EndHeaders) !== 0;
    return {
      ...head,
      text: textOf(payload),
      fields: isBlock ? this.#decoder.decode(payload, 1e6)! : [],
      code: hasCode ? readUint32(payload, at) : undefined,
    };
  }

  async #fill(): Promise<boolean> {
    const chunk = new Uint8Array(64 * 1024);
    const count = await within(this.#connection.read(chunk), "a frame");
    if (count === null) return false;
    const joined = new Uint8Array(this.#unread.length + count);
    joined.set(this.#unread);
    joined.set(chunk.subarray(0, count), this.#unread.length);
    this.#unread = joined;
    return true;
  }
}

/** Encodes a request's HEADERS. */
export function headersOf(
  stream: number,
  fields: readonly Field[],
  { isOpen = false }: { readonly isOpen?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const flags = Flag.EndHeaders | (isOpen ? 0 : Flag.EndStream);
  return encodeFrame(FrameType.Headers, blockOf(fields), { stream, flags });
}

/** Connects with HTTP/2 as the only protocol. */
export async function connectHttp2(port: number): Promise<RawClient> {
  const connection = await Deno.connectTls({
    hostname: "localhost",
    port,
    caCerts: [one.authority],
    alpnProtocols: ["h2"],
  });
  await connection.handshake();
  return new RawClient(connection);
}

/** A text with its length in front (RFC 7541, section 5.2). */
function lengthOf(text: string): string {
  let [rest, bytes] = [text.length, ""];
  if (rest < 0x7f) return String.fromCharCode(rest) + text;
  for (rest -= 0x7f; rest >= 128; rest = Math.floor(rest / 128)) {
    bytes += String.fromCharCode(rest % 128 + 128);
  }
  return `\x7f${bytes}${String.fromCharCode(rest)}${text}`;
}
