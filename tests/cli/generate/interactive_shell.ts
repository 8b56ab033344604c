import { join } from "node:path";
import { bashCompletion } from "../../../cli/generate/bash.ts";
import type { CommandModel } from "../../../cli/generate/command_model.ts";
import { toCommandModel } from "../../../cli/tree/to_command_model.ts";
import { fishCompletion } from "../../../cli/generate/fish.ts";
import { zshCompletion } from "../../../cli/generate/zsh.ts";
import { createProgram } from "../../../cli/program.ts";
import { eventually, openPatience } from "../../patience.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

/** The shells that there are completions for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of them. */
export type Shell = typeof SHELLS[number];

/** A shell at a terminal, with completions, where `ddsrv` writes down what it is called with. */
export interface InteractiveShell extends AsyncDisposable {
  /** Its working directory, which is its home as well. */
  readonly directory: string;
  /** Types keys, where `\t` completes, and runs the line; gives the arguments that came of it. */
  readonly type: (keys: string) => Promise<string[]>;
  /** The last command line that asked for names. */
  readonly asked: () => Promise<string>;
}

const generators = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } satisfies {
  [Name in Shell]: (program: CommandModel) => string;
};

/** How each is started, and the file that it reads its completions from. */
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
 * Opens a shell at a pseudo-terminal. What asks for names is run by `list`, a shell's command: where
 * it is left out, they are these.
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
      // Whatever stands on the line is given up first.
      await write("\x03exit\n");
      await keyboard.close();
      using patience = openPatience(`the end of ${shell}`);
      patience.signal.addEventListener("abort", () => child.kill("SIGKILL"));
      await child.status;
      await reading;
      await home[Symbol.asyncDispose]();
    },
  };
}
