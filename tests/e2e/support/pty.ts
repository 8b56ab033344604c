import { eventually } from "../../patience.ts";

/** How {@linkcode openTerminal} opens one. */
export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A shell on a pseudo-terminal, as a person sees it. Disposing of it ends all that runs in it. */
export interface Terminal extends AsyncDisposable {
  /** What is shown, a line each, without colours. */
  readonly screen: () => Promise<string>;
  /** Resolves with what is shown as soon as it is as wanted. */
  readonly shows: (what: string, isSo: (screen: string) => boolean) => Promise<string>;
  /** Types a line and Enter. */
  readonly run: (line: string) => Promise<void>;
  /** Presses keys by the names that tmux has for them: `q`, `Down`, `C-c`. */
  readonly press: (...keys: string[]) => Promise<void>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
  /** What tmux knows of the terminal, such as `cursor_flag` or `alternate_on`. */
  readonly ask: (variable: string) => Promise<string>;
}

/** The shell's prompt. */
export const PROMPT = "prompt>";

/** Opens a terminal with a shell, by a server of tmux's own that nobody else talks to. */
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
  // A shell has its own prompt first, whatever the environment says.
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
