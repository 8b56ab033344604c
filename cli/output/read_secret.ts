import { CliError } from "../exit_code.ts";
import { onSignal } from "./on_signal.ts";
import { printError } from "./print.ts";

/** What somebody has typed so far, and whether more is to come. */
export interface Typed {
  readonly text: string;
  readonly state: "open" | "done" | "nothing" | "interrupted";
  /** Something stood behind the end of the line. */
  readonly hasMore: boolean;
}

/** Before the first key. */
export const NOTHING_TYPED: Typed = { text: "", state: "open", hasMore: false };

/** Keys of a line by their control characters, see termios(3). */
const [INTERRUPT, END, BACKSPACE, DELETE, ERASE_LINE] = ["\x03", "\x04", "\x08", "\x7f", "\x15"];

/** A control character that is no key of a line: an arrow key begins with one. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * What has been typed when more keys come. Enter ends it; Backspace and Ctrl-U take back; Ctrl-D in
 * an empty line means that there is no value, and Ctrl-C that somebody has enough.
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
 * Asks on standard error for a line that the terminal does not show. The terminal is as it was
 * afterwards, also when a signal ends this.
 *
 * @throws {CliError} when there is no value, or one that nobody can have meant
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
  // Not before: what is typed at once would be shown.
  printError(prompt);
  for (const [name, number] of [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const) {
    stack.use(onSignal([name], () => interrupted.reject(interruption(number))));
  }
  const { text, state, hasMore } = await Promise.race([readLine(), interrupted.promise]);
  if (state === "interrupted") throw interruption(2);
  if (state === "nothing") throw new CliError("No value was given. Nothing was set");
  if (hasMore) {
    throw new CliError(
      "More than one line was given. Nothing was set. Give a value of several lines on standard " +
        "input, from a file",
    );
  }
  if (!CONTROL.test(text)) return text;
  throw new CliError(
    "The value holds a control character, as from an arrow key. Nothing was set. Type it again, " +
      "or give it on standard input",
  );
}

async function readLine(): Promise<Typed> {
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(64 * 1024);
  let typed = NOTHING_TYPED;
  while (typed.state === "open") {
    const length = await Deno.stdin.read(bytes);
    // The terminal is gone.
    if (length === null) return { ...NOTHING_TYPED, state: "nothing" };
    typed = typeKeys(typed, decoder.decode(bytes.subarray(0, length), { stream: true }));
    // Nobody types so much; the value is too long in any case.
    if (typed.text.length > 1024 * 1024) return typed;
  }
  return typed;
}

function interruption(signal: number): CliError {
  return new CliError("Interrupted. Nothing was set", 128 + signal);
}
