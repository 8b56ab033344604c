import { equal, match, ok } from "node:assert/strict";

/** One response as a client received it. */
export interface Answer {
  readonly status: number;
  /** Names in lower case; the last value of a repeated field. */
  readonly fields: ReadonlyMap<string, string>;
  /** The data, without chunked framing. */
  readonly body: string;
  /** True if the connection stayed open until the end of the body. */
  readonly isWhole: boolean;
}

interface Body {
  readonly data: string;
  /** Position after the body; `undefined` if the text ends before the body does. */
  readonly end: number | undefined;
}

/**
 * Parses everything a client received on a connection, more strictly than clients do.
 * `methods` are those of its requests. Fails for any malformed response.
 */
export function readAnswers(text: string, methods: readonly string[]): Answer[] {
  const answers: Answer[] = [];
  for (let [at, asked] = [0, 0]; at < text.length;) {
    const headEnd = text.indexOf("\r\n\r\n", at);
    ok(headEnd !== -1, `a head that does not end: ${JSON.stringify(text.slice(at))}`);
    const { status, fields } = readHead(text.slice(at, headEnd));
    const isInterim = status < 200;
    ok(asked < methods.length, `more answers than requests: ${JSON.stringify(text.slice(at))}`);
    const isBodiless = isInterim || status === 204 || status === 304 || methods[asked] === "HEAD";
    if (!isInterim) asked++;
    const { data, end } = isBodiless
      ? { data: "", end: headEnd + 4 }
      : readBody(text, headEnd + 4, fields);
    answers.push({ status, fields, body: data, isWhole: end !== undefined });
    at = end ?? text.length;
  }
  return answers;
}

function readHead(head: string): Pick<Answer, "status" | "fields"> {
  const [line = "", ...lines] = head.split("\r\n");
  const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [\t -~\x80-\xff]*$/.exec(line)?.[1]);
  ok(status > 0, `no status line: ${JSON.stringify(line)}`);
  const fields = new Map<string, string>();
  for (const one of lines) {
    const [, name = "", value = ""] =
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)$/.exec(one) ?? [];
    ok(name !== "", `no field: ${JSON.stringify(one)}`);
    const key = name.toLowerCase();
    if (["content-length", "transfer-encoding"].includes(key)) ok(!fields.has(key), `two: ${key}`);
    fields.set(key, value);
  }
  const length = fields.get("content-length");
  const coding = fields.get("transfer-encoding");
  ok(length === undefined || coding === undefined, "an answer with two framings");
  if (length !== undefined) match(length, /^\d+$/);
  if (coding !== undefined) equal(coding.toLowerCase(), "chunked");
  if (status < 200 || status === 204) {
    // RFC 9110, section 8.6, and RFC 9112, section 6.1: clients may rely on that.
    ok(coding === undefined && Number(length ?? 0) === 0, `a body declared with ${status}`);
  }
  return { status, fields };
}

function readBody(text: string, start: number, fields: Answer["fields"]): Body {
  const length = fields.get("content-length");
  if (length !== undefined) {
    const end = start + Number(length);
    return { data: text.slice(start, end), end: end <= text.length ? end : undefined };
  }
  if (fields.has("transfer-encoding")) return readChunks(text, start);
  ok(/\bclose\b/i.test(fields.get("connection") ?? ""), "a body without any end");
  return { data: text.slice(start), end: text.length };
}

function readChunks(text: string, start: number): Body {
  let data = "";
  for (let at = start;;) {
    const line = /^([0-9a-f]{1,13})(;[\t -~\x80-\xff]*)?\r\n/i.exec(text.slice(at, at + 20_000));
    if (line === null) {
      match(text.slice(at), /^[0-9a-f]{0,13}(;[\t -~\x80-\xff]*)?\r?$/i, "a size line cut short");
      return { data, end: undefined };
    }
    at += line[0].length;
    const size = Number.parseInt(line[1]!, 16);
    if (size === 0) {
      const trailers = /^(?:[^\r\n:]+:[^\r\n]*\r\n)*\r\n/.exec(text.slice(at));
      if (trailers !== null) return { data, end: at + trailers[0].length };
      match(text.slice(at), /^(?:[^\r\n:]+:[^\r\n]*\r\n)*[^\r\n]*\r?$/, "trailers cut short");
      return { data, end: undefined };
    }
    data += text.slice(at, at + size);
    if (at + size + 2 > text.length) return { data, end: undefined };
    equal(text.slice(at + size, at + size + 2), "\r\n", "a chunk's end");
    at += size + 2;
  }
}
