import fc from "fast-check";
import { deepEqual, equal, ok } from "node:assert/strict";
import { METHODS } from "node:http";
import { ChunkedScanner } from "../../lib/proxy/http1/chunked.ts";
import { nameEnd, nameStart, valueEnd, valueStart } from "../../lib/proxy/http1/fields.ts";
import { findHeadEnd } from "../../lib/proxy/http1/head_end.ts";
import {
  createRequestHead,
  parseRequestHead,
  type RequestHead,
} from "../../lib/proxy/http1/request_head.ts";
import { ambiguousRequests } from "./ambiguous_request.ts";
import { bytesOf, textOf } from "./harness.ts";
import { type NodeReading, type NodeRequest, openNodeParser } from "./node_parser.ts";
import { WIRE_CASES } from "./wire_cases.ts";

/** The bytes of a connection as read by our parsers. */
interface Reading {
  readonly requests: readonly OurRequest[];
  /** True if all bytes were read, without a fault, up to the start of a request. */
  readonly isWhole: boolean;
}

interface OurRequest extends NodeRequest {
  /** The head as sent. */
  readonly head: string;
  /** True if the body has an invalid byte; then it does not matter how far others read. */
  readonly isRefused: boolean;
}

const LIMITS = { maxTargetBytes: 16_384 };
const NEXT = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";

/** Reads one request after the other, as the proxy reads a connection. */
function readAll(text: string): Reading {
  const bytes = bytesOf(text);
  const head = createRequestHead(128);
  const requests: OurRequest[] = [];
  for (let at = 0;;) {
    while (text.startsWith("\r\n", at)) at += 2;
    const headEnd = findHeadEnd(bytes, at, bytes.length);
    if (headEnd === -1) return { requests, isWhole: at === bytes.length };
    const fault = parseRequestHead(bytes, { start: at, end: headEnd }, head, LIMITS);
    if (fault !== undefined) return { requests, isWhole: false };
    const { end, ...body } = readBody(bytes, headEnd, head);
    requests.push({ ...describe(bytes, head), head: text.slice(at, headEnd), ...body });
    if (!body.isWhole || !head.isPersistent) return { requests, isWhole: false };
    at = end;
  }
}

function describe(
  bytes: Uint8Array,
  head: RequestHead,
): Pick<NodeRequest, "method" | "url" | "version" | "fields"> {
  const text = (start: number, end: number): string => textOf(bytes.subarray(start, end));
  const { fields: table } = head;
  const fields = Array.from({ length: table.count }, (_, index) => [
    text(nameStart(table, index), nameEnd(table, index)),
    text(valueStart(table, index), valueEnd(table, index)),
  ]);
  return {
    method: text(head.methodStart, head.methodEnd),
    url: text(head.methodEnd + 1, head.targetEnd),
    version: head.isHttp10 ? "1.0" : "1.1",
    fields: fields.flat(),
  };
}

function readBody(
  bytes: Uint8Array,
  start: number,
  { framing }: RequestHead,
): Pick<OurRequest, "body" | "isWhole" | "isRefused"> & { readonly end: number } {
  if (framing.type !== "chunked") {
    const end = start + (framing.type === "length" ? framing.length : 0);
    const body = textOf(bytes.subarray(start, end));
    return { body, isWhole: end <= bytes.length, isRefused: false, end };
  }
  const scanner = new ChunkedScanner();
  let body = "";
  const range = { start, end: bytes.length };
  const end = scanner.scan(bytes, range, (from, to) => body += textOf(bytes.subarray(from, to)));
  return { body, isWhole: scanner.isDone, isRefused: scanner.fault !== undefined, end };
}

/** A difference at one of our requests, or after the last one. */
interface Conflict {
  readonly what: string;
  readonly own: OurRequest | undefined;
  readonly before: OurRequest | undefined;
  readonly error: string | null;
}

/** Inputs that we accept and Node does not, with the reason. */
const EXCEPTIONS: readonly {
  readonly reason: string;
  readonly isGiven: (conflict: Conflict) => boolean;
}[] = [
  {
    reason: "Node has a list of methods; any token is valid (RFC 9110, section 9.1)",
    isGiven: ({ own, error }) =>
      error !== null && own !== undefined && !METHODS.includes(own.method),
  },
  {
    reason:
      "Node accepts no tab after these two values; it is white space (RFC 9110, section 5.6.3)",
    isGiven: ({ own, error }) =>
      /^HPE_INVALID_(CONTENT_LENGTH|TRANSFER_ENCODING)$/.test(error ?? "") &&
      /^(content-length|transfer-encoding):[^\r]*\t *\r$/im.test(own?.head ?? ""),
  },
  {
    reason: "Node honors Proxy-Connection, but should not (RFC 9112, appendix C.2.2)",
    isGiven: ({ before, error }) =>
      error === "HPE_CLOSED_CONNECTION" && /^proxy-connection:.*close/im.test(before?.head ?? ""),
  },
  {
    reason: "Node reads nothing after an upgrade request, and maybe not all of its body",
    isGiven: ({ own, before, error }) => error === null && [own, before].some(isUpgrade),
  },
];

function isUpgrade(request: OurRequest | undefined): boolean {
  const head = request?.head ?? "";
  return /^upgrade:/im.test(head) && /^connection:.*upgrade/im.test(head);
}

/** Returns a difference between two readings of the same bytes, unless it is a known exception. */
function findConflict(ours: Reading, theirs: NodeReading): string | undefined {
  const { error } = theirs;
  const { length } = ours.requests;
  for (let index = 0; index <= length; index++) {
    const own = ours.requests[index];
    const what = own === undefined
      ? compareEnds(ours, theirs)
      : compareRequests(own, theirs.requests[index]);
    if (what !== undefined) {
      const conflict = { what, own, before: ours.requests[index - 1], error };
      const isExcepted = EXCEPTIONS.some(({ isGiven }) => isGiven(conflict));
      return isExcepted ? undefined : `request ${index}: ${what} (${error})`;
    }
    if (own?.isRefused) return undefined;
  }
  return undefined;
}

function compareRequests(own: OurRequest, other: NodeRequest | undefined): string | undefined {
  if (other === undefined) return "Node does not read it";
  for (const key of ["method", "url", "version", "fields"] as const) {
    const [mine, its] = [own[key], other[key]].map((value) => JSON.stringify(value));
    if (mine !== its) return `${key} ${mine}, and ${its} for Node`;
  }
  if (own.isRefused) return undefined;
  if (own.isWhole !== other.isWhole) return `whole: ${own.isWhole}, and not so for Node`;
  return own.isWhole && own.body !== other.body ? "it has another body for Node" : undefined;
}

function compareEnds({ requests, isWhole }: Reading, theirs: NodeReading): string | undefined {
  if (!isWhole || theirs.requests.length === requests.length && theirs.error === null) {
    return undefined;
  }
  return "Node goes on where nothing is left";
}

Deno.test("parseRequestHead() and ChunkedScanner accept nothing that Node reads differently", async () => {
  await using node = openNodeParser();
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(ambiguousRequests, async (text) => {
      const ours = readAll(text + NEXT);
      if (ours.isWhole) taken++;
      equal(findConflict(ours, await node.read(text + NEXT)), undefined);
    }),
    { numRuns: 4_000 },
  );
  ok(taken > 500, `only ${taken} were taken to their end: there was little to compare`);
});

Deno.test("parseRequestHead() and ChunkedScanner read the wire cases as Node does", async () => {
  await using node = openNodeParser();
  const conflicts: string[] = [];
  for (const { name, request } of WIRE_CASES) {
    const text = request + NEXT;
    const conflict = findConflict(readAll(text), await node.read(text));
    if (conflict !== undefined) conflicts.push(`${name}: ${conflict}`);
  }
  deepEqual(conflicts, []);
});
