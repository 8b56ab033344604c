import { createLineSplitter, type OutputLine } from "../process/lines.ts";
import { describeDuration } from "../system/describe_duration.ts";
import type { Failure, FunctionState, Instance } from "./state.ts";

const SHORT_REVISION = 12;

/**
 * Returns the lines that a change of state adds to the function's own log, so that a reader knows
 * which process wrote the other lines: `ddsrv: revision 76d6287a1bc2 starts (pid 123)`. The
 * diagnostics of a check follow as separate lines. A function can write the same lines, and
 * deceives only its owner.
 */
export function logMarks(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): OutputLine[] {
  return [
    ...goneInstances(before, after)
      .map((gone) => mark(`${revisionOf(gone)} stopped${pidOf(gone)}`)),
    ...hangMarks(before, after),
    ...failureMarks(before, after),
    ...instanceMarks(before, after),
    ...(after?.isIdle && before?.isIdle === false ? [mark("idle until its next request")] : []),
    ...backoffMarks(before, after),
    ...handMarks(before, after),
  ];
}

/** Instances whose processes ddsrv has stopped; an exit on its own is reported as a failure. */
function goneInstances(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): readonly Instance[] {
  const left = new Set(after?.leaving.map(({ id }) => id));
  return (before?.leaving ?? []).filter(({ id, phase, pid, readyAtMs }) => {
    const hasExited = phase === "stopping" && readyAtMs !== undefined;
    return pid !== undefined && !hasExited && !left.has(id);
  });
}

function failureMarks(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): OutputLine[] {
  const failure = after?.failure;
  if (failure === undefined || failure === before?.failure) return [];
  const isWell = after?.serving !== undefined && after.serving.hang === undefined;
  const note = isWell ? " (the old revision keeps serving)" : "";
  const which = `revision ${failure.revision.slice(0, SHORT_REVISION)}`;
  return [mark(`${which} failed: ${failure.reason}${note}`), ...detailLines(failure)];
}

function hangMarks(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): OutputLine[] {
  const { serving } = after ?? {};
  const [had, has] = [before?.serving?.hang, serving?.hang];
  if (serving === undefined || had === has) return [];
  const which = `${revisionOf(serving)}${pidOf(serving)}`;
  if (has !== undefined) return [mark(`${which} hangs: ${has.reason}`)];
  return serving.id === before?.serving?.id ? [mark(`${which} answers again`)] : [];
}

/** Lines of the failure's details; the log already has the last lines of a process. */
function detailLines({ stage, detail }: Failure): OutputLine[] {
  if (stage === "start" || stage === "exit" || detail === "") return [];
  const splitter = createLineSplitter();
  const lines = [...splitter.push(new TextEncoder().encode(detail)), ...splitter.end()];
  return lines.filter((line) => line.text !== "");
}

function instanceMarks(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): OutputLine[] {
  const { candidate, serving } = after ?? {};
  const marks: OutputLine[] = [];
  const isNew = candidate?.id !== before?.candidate?.id ||
    candidate?.pid !== before?.candidate?.pid;
  if (candidate?.pid !== undefined && isNew) {
    marks.push(mark(`${revisionOf(candidate)} starts${pidOf(candidate)}`));
  }
  if (serving !== undefined && serving.id !== before?.serving?.id) {
    const note = serving.isSnapshot ? ", the last good revision" : "";
    marks.push(mark(`${revisionOf(serving)} is ready${pidOf(serving)}${note}`));
  }
  return marks;
}

function backoffMarks(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): OutputLine[] {
  const { backoff, failure, candidate, serving } = after ?? {};
  if (backoff === undefined || backoff === before?.backoff) return [];
  // The first replacement of a hung instance begins at once.
  const isShown = serving?.hang === undefined ? failure !== undefined : candidate === undefined;
  if (!isShown) return [];
  return [mark(`retries in ${describeDuration(backoff.delayMs)}`)];
}

function handMarks(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): OutputLine[] {
  const [was, is] = [before, after].map((state) => state?.stoppedByHand !== undefined);
  // After a restart of ddsrv, the log has the mark already.
  if (was === is || !before?.isWanted || !after?.isWanted) return [];
  return [mark(is ? "stopped by hand" : "started by hand")];
}

function revisionOf({ revision, requested }: Instance): string {
  return `revision ${(revision ?? requested).slice(0, SHORT_REVISION)}`;
}

function pidOf({ pid }: Instance): string {
  return pid === undefined ? "" : ` (pid ${pid})`;
}

function mark(text: string): OutputLine {
  return { text: `ddsrv: ${text}`, isPartial: false };
}
