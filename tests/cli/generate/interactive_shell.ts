import { join } from "node:path";
import { bashCompletion } from "../../../cli/generate/bash.ts";
import type { CommandModel } from "../../../cli/generate/command_model.ts";
import { toCommandModel } from "../../../cli/tree/to_command_model.ts";
import { fishCompletion } from "../../../cli/generate/fish.ts";
import { zshCompletion } from "../../../cli/generate/zsh.ts";
import { createProgram } from "../../../cli/program.ts";
import { eventually } from "../../patience.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

/** Shells that have completions. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Name of a shell that has completions. */
export type Shell = typeof SHELLS[number];

/** A shell at a terminal, with completions, in which a fake `ddsrv` records its arguments. */
export interface InteractiveShell extends AsyncDisposable {
  /** Working directory and home directory of the shell. */
  readonly directory: string;
  /** Types keys (`\t` completes), runs the line, and returns the arguments of `ddsrv`. */
  readonly type: (keys: string) => Promise<string[]>;
  /** Returns the last command line with which the completions asked for names. */
  readonly asked: () => Promise<string>;
}

const generators = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } satisfies {
  [Name in Shell]: (program: CommandModel) => string;
};

/** Command that starts each shell, and the files from which it reads its completions. */
const starts: Readonly<Record<Shell, { command: string; files: Record<string, string> }>> = {
  bash: {
    command: "bash --rcfile bashrc -i",
    files: { bashrc: "PS1='$ '; unset HISTFILE; source completions; set -u\n" },
  },
  zsh: {
    command: "zsh --no-globalrcs -i",
    files: {
      ".zshrc": "PS1='$ '; fpath=($HOME/site $fpath); autoload -Uz compinit; compinit -u -D\n",
    },
  },
  fish: { command: "fish --no-config -C 'source completions' -i", files: {} },
};

/**
 * Opens a shell at a pseudo-terminal. The shell command `list` answers requests for names; without
 * it, the answer is `names`.
 */
export async function openShell(
  shell: Shell,
  { names = [], list = "cat names" }: { names?: readonly string[]; list?: string },
): Promise<InteractiveShell> {
  const home = await temporaryDirectory();
  const { command, files } = starts[shell];
  const script = generators[shell](toCommandModel(createProgram(() => {})));
  for (const [path, text] of Object.entries(files)) await home.write(path, text);
  await home.write("completions", script);
  await home.write("site/_ddsrv", script);
  await home.write("names", names.map((name) => `${name}\n`).join(""));
  const stub = `#!/bin/sh
cd ${home.path}
if [ "$1 $2" = "list --quiet" ]; then printf '%s' "$*" > asked; ${list}; exit; fi
{ printf '%s\\037' "$@"; echo; } >> called
`;
  await Deno.chmod(await home.write("bin/ddsrv", stub), 0o755);
  const child = new Deno.Command("script", {
    args: ["--quiet", "--flush", "--command", command, "/dev/null"],
    cwd: home.path,
    env: {
      HOME: home.path,
      ZDOTDIR: home.path,
      PATH: `${home.path}/bin:${Deno.env.get("PATH")}`,
      LC_ALL: "C.UTF-8",
      SHELL: "/bin/sh",
      TERM: "xterm",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keyboard = child.stdin.getWriter();
  let shown = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) shown += text;
  })();
  const write = (text: string): Promise<void> => keyboard.write(new TextEncoder().encode(text));
  let calls = 0;

  return {
    directory: home.path,
    async type(keys) {
      await write(`${keys}\n`);
      let lines: string[] = [];
      await eventually(`a call by ${JSON.stringify(keys)} in ${shell}`, async () => {
        const called = await Deno.readTextFile(join(home.path, "called")).catch(() => "");
        lines = called.split("\n").slice(0, -1);
        return lines.length > calls;
      }, { now: () => shown });
      return lines[calls++]!.split("\x1f").slice(0, -1);
    },
    asked: () => Deno.readTextFile(join(home.path, "asked")),
    async [Symbol.asyncDispose]() {
      let hasExited = false;
      const exit = child.status.then(() => hasExited = true);
      // Ctrl-C discards the current line first. The terminal and the shell may discard what is typed
      // in the same moment, so exit is typed until it has an effect.
      await write("\x03");
      try {
        await eventually(`the end of ${shell}`, async () => {
          await write("exit\n").catch(() => {});
          return hasExited;
        }, { now: () => shown });
      } finally {
        if (!hasExited) child.kill("SIGKILL");
        await exit;
      }
      await keyboard.close().catch(() => {});
      await reading;
      await home[Symbol.asyncDispose]();
    },
  };
}
