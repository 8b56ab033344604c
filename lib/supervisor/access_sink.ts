import type { Settings } from "../config/settings.ts";
import { openRotatingFile, type RotatingFile } from "../logs/rotating_file.ts";
import { type AccessRecord, formatAccess } from "../proxy/access_log.ts";

/** Where the access log's lines go. Disposing of it writes what still waits. */
export interface AccessSink extends AsyncDisposable {
  readonly write: (record: AccessRecord) => void;
}

/** What {@linkcode openAccessSink} goes by. */
export interface AccessSinkOptions {
  readonly settings: Pick<Settings, "accessLog" | "accessLogFile">;
  /** Takes lines when no file is named. */
  readonly print: (text: string) => void;
  readonly onWarning: (message: string) => void;
}

/** Lines are put together this often, away from the requests that they tell of. */
const FLUSH_MS = 100;

/** Records that wait for that; more than any machine answers in the time. */
const MAX_WAITING = 20_000;

/** Lines that are handed on at a time: who takes them may drop what is too much at once. */
const SLICE = 1_000;

/** The access log that the settings ask for; `undefined` when they ask for none. */
export function openAccessSink(options: AccessSinkOptions): AccessSink | undefined {
  const { accessLog: format, accessLogFile: path } = options.settings;
  if (format === undefined) return undefined;
  const file: RotatingFile | undefined = path === undefined ? undefined : openRotatingFile({
    path,
    label: "The access log",
    // A gap can't be told in the format itself; the warning tells it.
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
    if (lost > 0) options.onWarning(`The access log: ${lost} requests came too fast for it`);
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
