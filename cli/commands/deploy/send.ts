import { CliError, ExitCode } from "../../exit_code.ts";
import { printError, printOut } from "../../output/print.ts";
import { makeVisible } from "../../output/visible.ts";
import { answerLine, type Greeting, parseGreeting, remoteScript } from "./remote_script.ts";
import { endProcess, spawnSsh } from "./spawn_ssh.ts";
import { sshArguments } from "./ssh_arguments.ts";
import { loginOf, type Target } from "./target.ts";
import type { Transfer } from "./transfer.ts";
import { visibleOutput } from "./visible_output.ts";

/** A server, and the archive and arguments that `ddsrv deploy` sends to it. */
export interface Delivery {
  readonly target: Target;
  /** Command that runs ddsrv there. */
  readonly command: string;
  /** Returns what to send, or throws a `CliError` if this server can't take it. */
  readonly plan: (server: Greeting & { readonly type: "ddsrv" }) => Parcel;
  readonly transfer: Transfer;
  readonly signal: AbortSignal;
}

/** Arguments and standard input of `ddsrv add` on the server. */
export interface Parcel {
  readonly args: readonly string[];
  readonly input: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** The server undoes its work if its input ends before it has finished. */
  readonly staysOpen: boolean;
}

/** Result of {@linkcode send}. */
export interface Sent {
  /** Exit code of `ddsrv add`. */
  readonly code: number;
  /** The end of what it printed on standard output. */
  readonly output: string;
}

/** Exit code of ssh(1) for errors of its own. */
const SSH_FAILED = 255;

/** Output of a login shell before ddsrv answers; more than that is no ddsrv. */
const MAX_BANNER_LENGTH = 64 * 1024;

const MAX_LINE_LENGTH = 1024 * 1024;

/** Enough for a report; everything is printed. */
const MAX_OUTPUT_LENGTH = 64 * 1024;

/**
 * Runs `ddsrv add -` on a server by one call of ssh(1), and prints what it prints. Ends ssh when the
 * signal aborts.
 *
 * @throws {CliError} if ssh fails, or nothing there answers as ddsrv
 */
export async function send(delivery: Delivery): Promise<Sent> {
  const { target, signal, transfer } = delivery;
  const canAsk = Deno.stdin.isTerminal() || Deno.stderr.isTerminal();
  const script = remoteScript(delivery.command);
  const ssh = spawnSsh(sshArguments(target, { script, canAsk }));
  const end = (): void => endProcess(ssh);
  signal.addEventListener("abort", end, { once: true });
  using stack = new DisposableStack();
  stack.defer(() => signal.removeEventListener("abort", end));
  const messages = relayLines(ssh.stderr, transfer);
  const answer = Promise.withResolvers<Greeting | undefined>();
  const output = readOutput(ssh.stdout, { transfer, onGreeting: answer.resolve })
    .finally(() => answer.resolve(undefined));
  try {
    const greeting = await answer.promise;
    if (greeting?.type === "ddsrv") {
      await pour(ssh.stdin, delivery.plan(greeting), { transfer, ended: ssh.status });
    }
    const { code, signal: killedBy } = await ssh.status;
    transfer.clear();
    await messages;
    const text = await output;
    signal.throwIfAborted();
    const isBroken = code === SSH_FAILED || killedBy !== null;
    if (isBroken || greeting?.type !== "ddsrv") throw failed(delivery, code, greeting);
    return { code, output: text };
  } catch (error) {
    end();
    transfer.clear();
    await Promise.allSettled([ssh.status, messages, output]);
    if (signal.aborted) throw interrupted(signal.reason, target);
    throw error;
  }
}

/** Sends everything, unless ssh ends before. */
async function pour(
  stdin: WritableStream<Uint8Array<ArrayBuffer>>,
  { args, input, staysOpen }: Parcel,
  { transfer, ended }: { readonly transfer: Transfer; readonly ended: Promise<unknown> },
): Promise<void> {
  const writer = stdin.getWriter();
  const write = (bytes: Uint8Array<ArrayBuffer>): Promise<boolean> =>
    // The server says why it reads no more.
    Promise.race([writer.write(bytes).then(() => true, () => false), ended.then(() => false)]);
  let isTaken = await write(new TextEncoder().encode(answerLine(args)));
  for await (const piece of input) {
    if (!isTaken) break;
    isTaken = await write(piece);
    transfer.sent(piece.length);
  }
  transfer.clear();
  if (!staysOpen || !isTaken) await writer.close().catch(() => {});
  await ended;
  await writer.abort().catch(() => {});
}

/** Prints each line on standard error, without control characters. */
async function relayLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  transfer: Transfer,
): Promise<void> {
  const print = (line: string): void => {
    transfer.clear();
    printError(`${makeVisible(line.replace(/\r$/, ""))}\n`);
  };
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(print);
    if (rest.length > MAX_LINE_LENGTH) {
      print(rest);
      rest = "";
    }
  }
  if (rest !== "") print(rest);
}

/** Finds the greeting; prints lines before it as messages, and everything behind it as output. */
async function readOutput(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  { transfer, onGreeting }: {
    readonly transfer: Transfer;
    readonly onGreeting: (greeting: Greeting) => void;
  },
): Promise<string> {
  let text = "";
  let isGreeted = false;
  const take = (more: string): void => {
    text = (text + more).slice(-MAX_OUTPUT_LENGTH);
    transfer.clear();
    printOut(visibleOutput(more));
  };
  let before = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    if (isGreeted) {
      take(piece);
      continue;
    }
    const lines = (before + piece).split("\n");
    before = lines.pop()!;
    for (const [index, line] of lines.entries()) {
      const greeting = parseGreeting(line);
      if (greeting === undefined) {
        printError(`${makeVisible(line)}\n`);
        continue;
      }
      isGreeted = true;
      onGreeting(greeting);
      const more = [...lines.slice(index + 1), before].join("\n");
      if (more !== "") take(more);
      break;
    }
    if (before.length > MAX_BANNER_LENGTH) break;
  }
  return text;
}

function failed({ target, command }: Delivery, code: number, greeting?: Greeting): CliError {
  const login = loginOf(target);
  if (greeting?.type === "none") {
    return new CliError(
      `The command "${command}" does not run on "${target.host}". Install ddsrv there, or name the ` +
        'command that runs it, as in --command "sudo ddsrv". To see more: ' +
        `${login} ${command} --version`,
    );
  }
  if (greeting !== undefined) {
    return new CliError(
      `The connection to "${target.host}" ended. The server keeps its previous version, unless it ` +
        `had just finished. See: ${login} ${command} list`,
    );
  }
  return new CliError(
    code === SSH_FAILED
      ? `Cannot connect to "${target.host}": ssh failed, see above. Try: ${login} true`
      : `"${target.host}" did not answer as ddsrv (exit code ${code}): its login shell does not run ` +
        `commands. Try: ${login} ${command} --version`,
  );
}

function interrupted(reason: unknown, target: Target): CliError {
  const code = reason instanceof CliError ? reason.exitCode : ExitCode.Failed;
  return new CliError(
    `Interrupted. "${target.host}" keeps its previous version, unless it had just finished`,
    code,
  );
}
