import { type LogRecord, parseLogRecord } from "./log_record.ts";

/** Parses the bytes of a log file into records. */
export interface RecordFramer {
  readonly push: (bytes: Uint8Array) => LogRecord[];
  /** Returns the last line if it has no line feed. */
  readonly end: () => LogRecord[];
}

/** Maximum length of a record in bytes. Records of ddsrv have up to 96 KiB, in Docker's format. */
const MAX_LINE = 1024 * 1024;

const LF = 0x0a;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Creates a framer for one file. Calls `onForeign` for each line that is not a record. */
export function createRecordFramer(
  onForeign: () => void = () => {},
  maxLine: number = MAX_LINE,
): RecordFramer {
  let rest = new Uint8Array(0);
  /** True while the rest of a line that is too long is discarded. */
  let isSkipping = false;

  function parse(bytes: Uint8Array): LogRecord[] {
    const records: LogRecord[] = [];
    for (const line of decoder.decode(bytes).split("\n")) {
      if (line === "" || line === "\r") continue;
      const record = parseLogRecord(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (record === undefined) onForeign();
      else records.push(record);
    }
    return records;
  }

  function keep(bytes: Uint8Array): void {
    if (isSkipping) return;
    if (rest.length + bytes.length <= maxLine) {
      rest = joined(rest, bytes);
      return;
    }
    rest = new Uint8Array(0);
    isSkipping = true;
    onForeign();
  }

  return {
    push(bytes) {
      const first = isSkipping ? bytes.indexOf(LF) + 1 : 0;
      const end = bytes.lastIndexOf(LF) + 1;
      if (end === 0) {
        keep(bytes);
        return [];
      }
      const records = parse(joined(rest, bytes.subarray(first, end)));
      rest = new Uint8Array(0);
      isSkipping = false;
      keep(bytes.subarray(end));
      return records;
    },
    end() {
      const records = parse(rest);
      rest = new Uint8Array(0);
      isSkipping = false;
      return records;
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
