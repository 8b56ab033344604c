import { createLineSplitter, type OutputLine } from "../process/lines.ts";
import { describeDuration } from "../system/describe_duration.ts";
import type { Failure, FunctionState, Instance } from "./state.ts";

const SHORT_REVISION = 12;

/**
 * What a change of state leaves in the function's own log, so that its lines can be told apart by
 * the process that wrote them: `ddsrv: revision 76d6287a1bc2 starts (pid 123)`. The diagnostics of a
 * check follow as lines of their own. A function can write the same, and fools nobody but its owner.
 */
export function logMarks(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): OutputLine[] {
  return [
    ...goneInstances(before, after).map((one) => mark(`${revisionOf(one)} stopped${pidOf(one)}`)),
    ...hangMarks(before, after),
    ...failureMarks(before, after),
    ...instanceMarks(before, after),
    ...(after?.isIdle && before?.isIdle === false ? [mark("idle until its next request")] : []),
    ...backoffMarks(before, after),
  ];
}

/** Those that had a process and were stopped; of one that ended by itself, the failure tells. */
function goneInstances(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): readonly Instance[] {
  const left = new Set(after?.leaving.map((one) => one.id));
  return (before?.leaving ?? []).filter((one) => {
    const hasEnded = one.phase === "stopping" && one.readyAtMs !== undefined;
    return one.pid !== undefined && !hasEnded && !left.has(one.id);
  });
}

function failureMarks(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): OutputLine[] {
  const failure = after?.failure;
  if (failure === undefined || failure === before?.failure) return [];
  const isWell = after?.serving !== undefined && after.serving.hang === undefined;
  const kept = isWell ? " (the old revision goes on serving)" : "";
  const which = `revision ${failure.revision.slice(0, SHORT_REVISION)}`;
  return [mark(`${which} failed: ${failure.reason}${kept}`), ...detailLines(failure)];
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

/** What a process said last, its log has already. */
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
    const kept = serving.isSnapshot ? ", the last good one" : "";
    marks.push(mark(`${revisionOf(serving)} is ready${pidOf(serving)}${kept}`));
  }
  return marks;
}

function backoffMarks(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
): OutputLine[] {
  const { backoff, failure, candidate, serving } = after ?? {};
  if (backoff === undefined || backoff === before?.backoff) return [];
  // The first replacement of what hangs begins at once.
  const isTold = serving?.hang === undefined ? failure !== undefined : candidate === undefined;
  if (!isTold) return [];
  return [mark(`tries again in ${describeDuration(backoff.delayMs)}`)];
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
