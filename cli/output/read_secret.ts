import { CliError } from "../exit_code.ts";
import { onSignal } from "./on_signal.ts";
import { printError } from "./print.ts";

/** State of a line that the user is typing. */
export interface Typed {
  readonly text: string;
  readonly state: "open" | "done" | "nothing" | "interrupted";
  /** More text followed the end of the line, as after a paste. */
  readonly hasMore: boolean;
}

/** State before the first key. */
export const NOTHING_TYPED: Typed = { text: "", state: "open", hasMore: false };

/** Control characters of the editing keys, see termios(3). */
const [INTERRUPT, END, BACKSPACE, DELETE, ERASE_LINE] = ["\x03", "\x04", "\x08", "\x7f", "\x15"];

/** Control characters except tab and line feed; an arrow key begins with one. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Returns the state after more keys. Enter ends the line; Backspace and Ctrl-U delete; Ctrl-D on an
 * empty line means no value; Ctrl-C interrupts.
 *
 * @example
 * ```ts
 * import { NOTHING_TYPED, typeKeys } from "./read_secret.ts";
 * typeKeys(NOTHING_TYPED, "ab\x7fc\r").text; // "ac"
 * ```
 */
export function typeKeys(before: Typed, keys: string): Typed {
  let { text } = before;
  const all = [...keys];
  for (const [index, key] of all.entries()) {
    switch (key) {
      case "\r":
      case "\n":
        return { text, state: "done", hasMore: index < all.length - 1 };
      case INTERRUPT:
        return { text: "", state: "interrupted", hasMore: false };
      case END:
        if (text === "") return { text, state: "nothing", hasMore: false };
        break;
      case BACKSPACE:
      case DELETE:
        text = [...text].slice(0, -1).join("");
        break;
      case ERASE_LINE:
        text = "";
        break;
      default:
        text += key;
    }
  }
  return { text, state: "open", hasMore: false };
}

/**
 * Prompts on standard error for a line without echoing it. Restores the terminal afterwards, also
 * after a signal.
 *
 * @throws {CliError} if there is no value, it has more than one line or a control character, or a
 * signal interrupts
 */
export async function readSecret(prompt: string): Promise<string> {
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => {});
  using stack = new DisposableStack();
  Deno.stdin.setRaw(true);
  stack.defer(() => {
    Deno.stdin.setRaw(false);
    printError("\n");
  });
  // After setRaw(): input typed before it would be echoed.
  printError(prompt);
  for (const [name, number] of [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const) {
    stack.use(onSignal([name], () => interrupted.reject(interruption(number))));
  }
  const { text, state, hasMore } = await Promise.race([readLine(), interrupted.promise]);
  if (state === "interrupted") throw interruption(2);
  if (state === "nothing") throw new CliError("No value was entered. Nothing was set");
  if (hasMore) {
    throw new CliError(
      "More than one line was entered. Nothing was set. Read a value with several lines from a " +
        "file, on standard input",
    );
  }
  if (!CONTROL.test(text)) return text;
  throw new CliError(
    "The value contains a control character, as from an arrow key. Nothing was set. Try again, " +
      "or pass the value on standard input",
  );
}

async function readLine(): Promise<Typed> {
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(64 * 1024);
  let typed = NOTHING_TYPED;
  while (typed.state === "open") {
    const length = await Deno.stdin.read(bytes);
    // The terminal was closed.
    if (length === null) return { ...NOTHING_TYPED, state: "nothing" };
    typed = typeKeys(typed, decoder.decode(bytes.subarray(0, length), { stream: true }));
    // The value is too long anyway.
    if (typed.text.length > 1024 * 1024) return typed;
  }
  return typed;
}

function interruption(signal: number): CliError {
  return new CliError("Interrupted. Nothing was set", 128 + signal);
}
