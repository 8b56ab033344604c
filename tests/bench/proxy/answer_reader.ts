const MAX_HEAD_BYTES = 16 * 1024;
const HEAD_END = "\r\n\r\n";
const [CR, LF] = [13, 10];
/** Place of the status code's first digit in `HTTP/1.1 200`. */
const STATUS = 9;

/** Result of some bytes of an answer. */
export interface Progress {
  /** Bytes of the body that are still to come; -1 while the head is not complete. */
  readonly left: number;
  /** True for the status 200. */
  readonly isOk: boolean;
}

/** Parses the heads of answers. All answers with status 200 have a body of the same length. */
export interface AnswerReader {
  /**
   * Reads the first `count` bytes of a buffer, which begin with the head of an answer.
   *
   * @throws {Error} if the answer has no length
   */
  readonly read: (buffer: Uint8Array, count: number) => Progress;
}

const INCOMPLETE: Progress = { left: -1, isOk: false };

/** Creates a reader, which remembers the last head so that it has to search only in the first one. */
export function createAnswerReader(): AnswerReader {
  let headBytes = 0;
  let bodyBytes = 0;

  function isLikeLast(buffer: Uint8Array, count: number): boolean {
    return headBytes > 0 && count >= headBytes && isOk(buffer) &&
      buffer[headBytes - 4] === CR && buffer[headBytes - 3] === LF &&
      buffer[headBytes - 2] === CR && buffer[headBytes - 1] === LF;
  }

  return {
    read(buffer, count) {
      if (isLikeLast(buffer, count)) return { left: headBytes + bodyBytes - count, isOk: true };
      const text = new TextDecoder("latin1")
        .decode(buffer.subarray(0, Math.min(count, MAX_HEAD_BYTES)));
      const end = text.indexOf(HEAD_END);
      if (end === -1) return INCOMPLETE;
      const length = /\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1];
      if (length === undefined) {
        throw new Error(`An answer without a length: ${text.slice(0, end)}`);
      }
      const left = end + HEAD_END.length + Number(length) - count;
      if (!isOk(buffer)) return { left, isOk: false };
      [headBytes, bodyBytes] = [end + HEAD_END.length, Number(length)];
      return { left, isOk: true };
    },
  };
}

function isOk(buffer: Uint8Array): boolean {
  return buffer[STATUS] === 0x32 && buffer[STATUS + 1] === 0x30 && buffer[STATUS + 2] === 0x30;
}
