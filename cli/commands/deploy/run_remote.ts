import { CliError } from "../../exit_code.ts";
import { interruptible } from "../../interrupt.ts";
import { printError, printOut } from "../../output/print.ts";
import { answerLine, commandScript } from "./remote_script.ts";
import { sshArguments } from "./ssh_arguments.ts";
import { endProcess, spawnSsh } from "./spawn_ssh.ts";
import type { ChosenTarget } from "./target_file.ts";
import { loginOf } from "./target.ts";
import { visibleOutput } from "./visible_output.ts";

/** Exit code of a shell that does not find a command. */
const NOT_FOUND = 127;
const SSH_FAILED = 255;

/**
 * Runs a command of ddsrv on a server, prints its output, and returns its exit code.
 *
 * @throws {CliError} if ssh fails, or there is no ddsrv
 */
export async function runRemote(
  server: Pick<ChosenTarget, "target" | "command">,
  args: readonly string[],
): Promise<number> {
  return await interruptible((signal) => runUntil(signal, server, args));
}

async function runUntil(
  signal: AbortSignal,
  { target, command }: Pick<ChosenTarget, "target" | "command">,
  args: readonly string[],
): Promise<number> {
  const canAsk = Deno.stdin.isTerminal() || Deno.stderr.isTerminal();
  const ssh = spawnSsh(sshArguments(target, { script: commandScript(command), canAsk }));
  // A signal to this process alone would leave ssh behind.
  signal.addEventListener("abort", () => endProcess(ssh), { once: true });
  const writer = ssh.stdin.getWriter();
  // The server says why it reads nothing.
  await writer.write(new TextEncoder().encode(answerLine(args))).catch(() => {});
  const [{ code }] = await Promise.all([
    ssh.status,
    pass(ssh.stdout, printOut),
    pass(ssh.stderr, printError),
  ]);
  await writer.abort().catch(() => {});
  if (signal.reason instanceof CliError) return signal.reason.exitCode;
  if (code === SSH_FAILED) {
    throw new CliError(
      `Cannot connect to "${target.host}", or the connection ended. Try: ${loginOf(target)} true`,
    );
  }
  if (code !== NOT_FOUND) return code;
  throw new CliError(
    `The command "${command}" is not on "${target.host}". Install ddsrv there, or set "command" of ` +
      "this target in .ddsrv.json",
  );
}

/** Prints what a server says; it does not control the terminal. */
async function pass(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  print: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) print(visibleOutput(text));
}
