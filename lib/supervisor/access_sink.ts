import type { Settings } from "../config/settings.ts";
import { openRotatingFile, type RotatingFile } from "../logs/rotating_file.ts";
import { type AccessRecord, formatAccess } from "../proxy/access_log.ts";

/** Writes the access log. Disposing of it writes the remaining lines. */
export interface AccessSink extends AsyncDisposable {
  readonly write: (record: AccessRecord) => void;
}

/** Options of {@linkcode openAccessSink}. */
export interface AccessSinkOptions {
  readonly settings: Pick<Settings, "accessLog" | "accessLogFile">;
  /** Receives the lines when the settings name no file. */
  readonly print: (text: string) => void;
  readonly onWarning: (message: string) => void;
}

/** Interval between two writes, in milliseconds: requests do not wait for the log. */
const FLUSH_MS = 100;

/** Maximum number of records between two writes; no machine answers as many in that time. */
const MAX_WAITING = 20_000;

/** Maximum number of lines in one write: the receiver may drop a larger one. */
const SLICE = 1_000;

/** Opens the access log; returns `undefined` when the settings ask for none. */
export function openAccessSink(options: AccessSinkOptions): AccessSink | undefined {
  const { accessLog: format, accessLogFile: path } = options.settings;
  if (format === undefined) return undefined;
  const file: RotatingFile | undefined = path === undefined ? undefined : openRotatingFile({
    path,
    label: "The access log",
    // The format has no line for a gap; a warning reports it.
    droppedLine: () => "",
    onWarning: options.onWarning,
  });
  const write = file === undefined ? options.print : file.write;
  let waiting: AccessRecord[] = [];
  let lost = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    timer = undefined;
    const records = waiting;
    waiting = [];
    for (let at = 0; at < records.length; at += SLICE) {
      const slice = records.slice(at, at + SLICE);
      write(slice.map((record) => formatAccess(record, format!)).join(""));
    }
    if (lost > 0) options.onWarning(`The access log lost ${lost} requests, which came too fast`);
    lost = 0;
  }

  return {
    write(record) {
      if (waiting.length >= MAX_WAITING) lost++;
      else waiting.push(record);
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      if (waiting.length > 0) flush();
      await file?.[Symbol.asyncDispose]();
    },
  };
}
