import { terminalRecording } from "../terminal_recording.ts";
import { type CodeBlock, codeBlocks } from "../readme.ts";

/** One of the two machines of the tutorial. */
export type Machine = "laptop" | "server";

/** A block of commands of the tutorial. */
export interface Step {
  readonly machine: Machine;
  /** Script for a shell. */
  readonly script: string;
  /** Last command, if it runs until Ctrl-C. */
  readonly foreground: string | undefined;
  /** Lines that the page shows as its output; empty if it shows none. */
  readonly output: readonly string[];
}

/** Commands that run until Ctrl-C. */
const FOREGROUND = /^(?:sudo )?ddsrv (?:serve|dev|ui|debug|logs .*--follow)\b/;

const MACHINE = /^# on the (laptop|server)\n/;

/**
 * Returns the steps of a page in their order: each block of shell commands that begins with the
 * comment `# on the laptop` or `# on the server`, and the block without a language that follows it.
 *
 * @throws {Error} if a command that runs until Ctrl-C is not the last of its block
 *
 * @example
 * ```ts
 * import { stepsOf } from "./steps.ts";
 * const [step] = stepsOf("```sh\n# on the laptop\nddsrv init hi\n```\n");
 * step?.machine; // "laptop"
 * step?.script; // "ddsrv init hi\n"
 * ```
 */
export function stepsOf(markdown: string): Step[] {
  const blocks = codeBlocks(markdown);
  return blocks.flatMap((block, index) => {
    const machine = block.language === "sh" ? MACHINE.exec(block.text)?.[1] : undefined;
    if (machine !== "laptop" && machine !== "server") return [];
    return [{ machine, ...splitScript(block), output: outputOf(blocks[index + 1]) }];
  });
}

/** Returns the steps as a picture that moves, with the output that the page shows. */
export function recordingOf(steps: readonly Step[]): string {
  const recorded = steps.map(({ machine, script, foreground, output }) => ({
    machine,
    commands: [...script.split("\n"), foreground ?? ""].filter((line) => line !== ""),
    output,
  }));
  return terminalRecording("from a laptop to a server, and back after a mistake", recorded);
}

function splitScript({ text }: CodeBlock): Pick<Step, "script" | "foreground"> {
  const lines = text.replace(MACHINE, "").split("\n").filter((line) => line !== "");
  const found = lines.findIndex((line) => FOREGROUND.test(line));
  if (found === -1) return { script: `${lines.join("\n")}\n`, foreground: undefined };
  if (found !== lines.length - 1) {
    throw new Error(
      `"${lines[found]}" runs until Ctrl-C and must be the last command of its block`,
    );
  }
  return {
    script: lines.slice(0, -1).map((line) => `${line}\n`).join(""),
    foreground: lines[found],
  };
}

function outputOf(block: CodeBlock | undefined): readonly string[] {
  return block?.language === "" ? block.text.trimEnd().split("\n") : [];
}
