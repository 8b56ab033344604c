import { eventually } from "../../patience.ts";

/** Options of {@linkcode openTerminal}. */
export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A shell on a pseudo-terminal. Disposing of it ends all processes in it. */
export interface Terminal extends AsyncDisposable {
  /** Returns the visible lines without colours. */
  readonly screen: () => Promise<string>;
  /** Resolves with the screen once it satisfies a condition. */
  readonly shows: (what: string, isSo: (screen: string) => boolean) => Promise<string>;
  /** Types a line and presses Enter. */
  readonly run: (line: string) => Promise<void>;
  /** Presses keys by tmux's names: `q`, `Down`, `C-c`. */
  readonly press: (...keys: string[]) => Promise<void>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
  /** Returns a tmux variable of the terminal, such as `cursor_flag` or `alternate_on`. */
  readonly ask: (variable: string) => Promise<string>;
}

/** Prompt of the shell. */
export const PROMPT = "prompt>";

/** Opens a terminal with a shell, in a private tmux server. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { columns, rows, env = {} } = options;
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-terminal-" });
  const socket = `${directory}/tmux`;

  async function tmux(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-u", "-S", socket, "-f", "/dev/null", ...args],
      env: { LC_ALL: "C.UTF-8", TERM: "xterm-256color", TMUX: "" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    if (success) return decoder.decode(stdout);
    throw new Error(`tmux ${args[0]} failed: ${decoder.decode(stderr)}`);
  }

  const screen = (): Promise<string> => tmux("capture-pane", "-p");

  async function shows(what: string, isSo: (screen: string) => boolean): Promise<string> {
    let last = "";
    await eventually(`${what} on the terminal`, async () => isSo(last = await screen()), {
      now: () => last,
    });
    return last;
  }

  async function run(line: string): Promise<void> {
    await tmux("send-keys", "-l", line);
    await tmux("send-keys", "Enter");
  }

  await using opened = new AsyncDisposableStack();
  opened.defer(() => Deno.remove(directory, { recursive: true }));
  await tmux(
    ...["new-session", "-d", "-x", String(columns), "-y", String(rows)],
    ...Object.entries(env).flatMap(([key, value]) => ["-e", `${key}=${value}`]),
    "sh",
  );
  opened.defer(async () => {
    await tmux("kill-server");
  });
  // A shell starts with its own prompt, even if the environment sets another one.
  await run(`PS1='${PROMPT}'; clear`);
  await shows("a prompt", (screen) => screen.startsWith(PROMPT));
  const owned = opened.move();

  return {
    screen,
    shows,
    run,
    async press(...keys) {
      await tmux("send-keys", ...keys);
    },
    async resize(columns, rows) {
      await tmux("resize-window", "-x", String(columns), "-y", String(rows));
    },
    async ask(variable) {
      return (await tmux("display-message", "-p", `#{${variable}}`)).trim();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
