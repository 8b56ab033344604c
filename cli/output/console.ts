import { styleText } from "node:util";
import process from "node:process";
import type { SupervisorReport } from "../../lib/control/api.ts";
import { functionUrl } from "../../lib/control/report.ts";
import type { OutputLine } from "../../lib/process/lines.ts";
import type { StreamName } from "../../lib/process/spawn.ts";
import { type FunctionState, statusOf } from "../../lib/supervisor/state.ts";
import { createAsyncWriter } from "./async_writer.ts";
import { makeVisible } from "./visible.ts";

/** What `ddsrv serve` says while it runs. Functions' lines go where the functions sent them. */
export interface Console {
  readonly banner: (report: SupervisorReport) => void;
  /** Writes lines to standard output as they are. */
  readonly print: (text: string) => void;
  readonly say: (message: string) => void;
  readonly warn: (message: unknown) => void;
  readonly change: (
    before: FunctionState | undefined,
    after: FunctionState | undefined,
    baseUrl: string,
  ) => void;
  readonly line: (name: string, stream: StreamName, line: OutputLine) => void;
  /** Resolves when all that was said is written. */
  readonly flush: () => Promise<void>;
}

/** The console of one `serve`. */
export function createConsole({ isQuiet }: { readonly isQuiet: boolean }): Console {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    styleText(style, text, { stream: process.stderr });

  const out = createAsyncWriter(Deno.stdout);
  const error = createAsyncWriter(Deno.stderr);

  return {
    async flush() {
      await Promise.all([out.flush(), error.flush()]);
    },
    banner(report) {
      error.write(
        `ddsrv ${report.version} serves ${report.functionsDirectory}\n` +
          `Isolation: ${report.isolation}\n` +
          `Listening on ${report.url}\n`,
      );
    },
    print: (text) => out.write(text),
    say: (message) => error.write(`${message}\n`),
    warn(message) {
      const text = message instanceof Error ? message.message : String(message);
      error.write(`${paint("yellow", "Warning:")} ${text}\n`);
    },
    change(before, after, baseUrl) {
      for (const text of changeLines(before, after, baseUrl)) {
        error.write(`${paint("cyan", makeVisible((after ?? before)!.name))} ${text}\n`);
      }
    },
    line(name, stream, { text }) {
      if (isQuiet) return;
      const writer = stream === "stdout" ? out : error;
      writer.write(`[${makeVisible(name)}] ${makeVisible(text)}\n`);
    },
  };
}

/** What is worth saying about a change of state. */
export function changeLines(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
  baseUrl: string,
): string[] {
  if (after === undefined) return ["stopped"];
  const lines: string[] = [];
  if (after.failure !== undefined && after.failure !== before?.failure) {
    const { reason, detail } = after.failure;
    const kept = after.serving === undefined ? "" : " (the old revision goes on serving)";
    lines.push(`failed: ${reason}${kept}`, ...detail.split("\n").filter(Boolean).map(indent));
  }
  if (after.serving !== undefined && after.serving.id !== before?.serving?.id) {
    const revision = after.serving.revision?.slice(0, 12) ?? "";
    const which = after.serving.isKept ? "the last good revision" : "revision";
    return [...lines, `ready at ${functionUrl(baseUrl, after.name)} (${which} ${revision})`];
  }
  const phase = after.candidate?.phase;
  if (phase !== undefined && phase !== before?.candidate?.phase) return [...lines, phase];
  if (after.isIdle && before?.isIdle !== true) return [...lines, "idle until its next request"];
  if (!after.isWanted && before?.isWanted && after.leaving.length > 0) {
    return [...lines, "stopping"];
  }
  if (statusOf(after) === "backoff" && after.backoff !== before?.backoff) {
    const waitMs = after.backoff!.untilMs - after.failure!.atMs;
    return [...lines, `starts again in ${Math.max(0, waitMs)} ms`];
  }
  return lines;
}

function indent(line: string): string {
  return `  ${makeVisible(line)}`;
}
