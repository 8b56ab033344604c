import { formatBytes } from "../../output/units.ts";
import { printError } from "../../output/print.ts";
import { makeVisible } from "../../output/visible.ts";

/** Shows how much of an upload is sent, on standard error. */
export interface Transfer {
  /** Notes bytes that were sent. */
  readonly sent: (bytes: number) => void;
  /** Removes the line before other output. */
  readonly clear: () => void;
}

/** Options of {@linkcode openTransfer}. */
export interface TransferOptions {
  /** Name of the function. */
  readonly name: string;
  readonly totalBytes: number;
  readonly isTerminal?: boolean;
  readonly write?: (text: string) => void;
  readonly now?: () => number;
}

/** A line on a terminal may change often; a log gets a line every ten seconds. */
const TERMINAL_MS = 200;
const LOG_MS = 10_000;

/** Shows nothing of an upload that is over sooner. */
const FIRST_MS = 500;

const CLEAR = "\r\x1b[2K";

/** Opens the display of one upload. */
export function openTransfer(options: TransferOptions): Transfer {
  const { totalBytes, now = () => performance.now(), write = printError } = options;
  const isTerminal = options.isTerminal ??
    (Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb");
  const name = makeVisible(options.name);
  let bytes = 0;
  let began: number | undefined;
  let dueMs = Infinity;
  let isShown = false;
  return {
    sent(more) {
      bytes += more;
      const nowMs = now();
      // Before that, ssh connects and may ask for a password.
      if (began === undefined) dueMs = nowMs + (isTerminal ? FIRST_MS : LOG_MS);
      const beganMs = began ??= nowMs;
      if (nowMs < dueMs) return;
      dueMs = nowMs + (isTerminal ? TERMINAL_MS : LOG_MS);
      const rate = formatBytes(Math.round(bytes / ((nowMs - beganMs) / 1000)));
      const said = `sent ${formatBytes(bytes)} of ${formatBytes(totalBytes)}, ${rate}/s`;
      // Without line wrap: clearing a wrapped line would leave its first row.
      write(isTerminal ? `${CLEAR}\x1b[?7l${name}  ${said}\x1b[?7h` : `${name}: ${said}\n`);
      isShown = isTerminal;
    },
    clear() {
      if (isShown) write(CLEAR);
      isShown = false;
    },
  };
}
