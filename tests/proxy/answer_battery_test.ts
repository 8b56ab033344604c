import { deepEqual, equal, ok } from "node:assert/strict";
import { ANSWER_CASES, ANSWER_LIMITS, type AnswerCase } from "./answer_cases.ts";
import { type Answer, readAnswers } from "./answer_reader.ts";
import { OK, openStage, type Stage } from "./harness.ts";
import { openRecorder, type Recorder } from "./recorder.ts";

/** Sent after each case on the same connection; its response, if any, must be the right one. */
const NEXT = "GET /app/next HTTP/1.1\r\nHost: h\r\n\r\n";
const LAST = NEXT.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");

type Scene = (stage: Stage) => Promise<string>;

/** Runs a scene with a function that sends `answer` first, and valid responses from then on. */
async function play(
  { answer, isLast }: Pick<AnswerCase, "answer" | "isLast">,
  scene: Scene,
): Promise<string> {
  await using stage = openStage(ANSWER_LIMITS);
  await using recorder: Recorder = openRecorder((index) =>
    index === 0 ? { text: answer, isLast } : { text: OK }
  );
  stage.routes.set("app", { type: "ready", upstream: recorder.upstream });
  const got = await scene(stage);
  const other = await stage.connect();
  await other.write(NEXT);
  equal(await other.read(OK.length), OK, "another client's answer");
  other.close();
  return got;
}

/** Everything that a client gets if it sends its next request right after the first. */
function getAtOnce(request: string): Scene {
  return async (stage) => {
    const client = await stage.connect();
    await client.write(request + LAST);
    const got = await client.readAll();
    ok(!client.isReset, "the connection was reset");
    return got;
  };
}

/** The same if it waits for its response, of `length` bytes, before it sends the next. */
function getApart(request: string, length: number): Scene {
  return async (stage) => {
    const client = await stage.connect();
    await client.write(request);
    const got = await client.read(length);
    await client.write(LAST);
    return got + await client.readAll();
  };
}

/** Returns the response to the case's request. Fails if it is neither right nor a rejection. */
function checkFirst(one: AnswerCase, answers: readonly Answer[]): Answer | undefined {
  const answer = answers.find(({ status }) => status >= 200);
  if (one.status === "cut") {
    const isRefused = answer?.status === 502 && answer.isWhole;
    ok(answer === undefined || !answer.isWhole || isRefused, "it looks whole");
    return answer;
  }
  ok(answer !== undefined && answer.isWhole, "no whole answer");
  if (one.status === "any") ok([200, 502].includes(answer.status), String(answer.status));
  else equal(answer.status, one.status);
  if (one.body !== undefined) equal(answer.body, one.body);
  return answer;
}

async function check(one: AnswerCase): Promise<void> {
  const got = await play(one, getAtOnce(one.request));
  ok(!got.includes("EVIL"), got);
  const answers = readAnswers(got, [one.request.split(" ", 1)[0]!, "GET"]);
  if (one.request.includes(" HTTP/1.0\r\n")) {
    // RFC 9112, section 6.1: a client of HTTP/1.0 knows no transfer coding.
    ok(answers.every(({ fields }) => !fields.has("transfer-encoding")), got);
  }
  const first = checkFirst(one, answers);
  const isClosed = first === undefined || !first.isWhole ||
    first.fields.get("connection")?.toLowerCase() === "close";
  const behind = answers.slice(first === undefined ? answers.length : answers.indexOf(first) + 1);
  const expected = isClosed ? [] : [{ status: 200, body: "ok", isWhole: true }];
  deepEqual(behind.map(({ status, body, isWhole }) => ({ status, body, isWhole })), expected);
  if (isClosed) return;
  // The same again, but with the next request after the first response.
  const length = got.lastIndexOf("HTTP/1.1 200 OK");
  equal(undated(await play(one, getApart(one.request, length))), undated(got));
}

/** Removes the time of the proxy's own replies. */
function undated(text: string): string {
  return text.replaceAll(/\r\ndate: [^\r]+ GMT(?=\r\n)/g, "");
}

for (const one of ANSWER_CASES) {
  Deno.test(`proxy with a hostile function: ${one.name}`, () => check(one));
}

Deno.test("proxy with a hostile function: more data after a response that ends with a read", async () => {
  for (const total of [1_024, 4_096, 16_384, 32_768, 65_536, 131_072]) {
    for (const excess of ["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL", "\r\n"]) {
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${total - 100}\r\nX: `;
      const padded = `${head}${"a".repeat(100 - head.length - 4)}\r\n\r\n`;
      const answer = padded + "b".repeat(total - 100) + excess;
      equal(answer.length, total + excess.length);
      const got = await play({ answer, isLast: false }, getAtOnce(NEXT));
      const answers = readAnswers(got, ["GET", "GET"]);
      deepEqual(answers.map(({ body }) => body.slice(0, 4)), ["bbbb", "ok"]);
    }
  }
});

Deno.test("proxy with a hostile function: names of cases are unique", () => {
  equal(new Set(ANSWER_CASES.map(({ name }) => name)).size, ANSWER_CASES.length);
  ok(ANSWER_CASES.length >= 60, `${ANSWER_CASES.length} cases`);
});
