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

/** What our parsers make of a connection's bytes. */
interface Reading {
  readonly requests: readonly OurRequest[];
  /** Whether the bytes end where a request may begin, and nothing of them was refused or left. */
  readonly isWhole: boolean;
}

interface OurRequest extends NodeRequest {
  /** The head as it came. */
  readonly head: string;
  /** Whether there is a wrong byte in the body; it does not count then how far others read. */
  readonly isRefused: boolean;
}

const LIMITS = { maxTargetBytes: 16_384 };
const NEXT = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";

/** Reads one request after the other, as a connection is read. */
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

/** A difference at one of our requests, or behind the last. */
interface Conflict {
  readonly what: string;
  readonly own: OurRequest | undefined;
  readonly before: OurRequest | undefined;
  readonly error: string | null;
}

/** Where Node stops at what we take, and why we take it all the same. */
const EXCEPTIONS: readonly {
  readonly reason: string;
  readonly isGiven: (conflict: Conflict) => boolean;
}[] = [
  {
    reason: "Node has a list of methods; any token is one (RFC 9110, section 9.1)",
    isGiven: ({ own, error }) =>
      error !== null && own !== undefined && !METHODS.includes(own.method),
  },
  {
    reason: "Node wants a target in ASCII; raw UTF-8 has one meaning, and is passed on as it is",
    isGiven: ({ own, error }) => error === "HPE_INVALID_URL" && /[\x80-\xff]/.test(own?.url ?? ""),
  },
  {
    reason: "Node takes no tab behind these two values; it is a blank (RFC 9110, section 5.6.3)",
    isGiven: ({ own, error }) =>
      /^HPE_INVALID_(CONTENT_LENGTH|TRANSFER_ENCODING)$/.test(error ?? "") &&
      /^(content-length|transfer-encoding):[^\r]*\t *\r$/im.test(own?.head ?? ""),
  },
  {
    reason: "Node takes extensions of chunks apart; they are ignored (RFC 9112, section 7.1.1)",
    isGiven: ({ own, error }) => error === "HPE_STRICT" && own?.isWhole === true,
  },
  {
    reason: "Node heeds Proxy-Connection; nobody should (RFC 9112, appendix C.2.2)",
    isGiven: ({ before, error }) =>
      error === "HPE_CLOSED_CONNECTION" && /^proxy-connection:.*close/im.test(before?.head ?? ""),
  },
  {
    reason: "Node reads nothing behind a request for an upgrade, and maybe not all of its body",
    isGiven: ({ own, before, error }) => error === null && [own, before].some(isUpgrade),
  },
];

function isUpgrade(request: OurRequest | undefined): boolean {
  const head = request?.head ?? "";
  return /^upgrade:/im.test(head) && /^connection:.*upgrade/im.test(head);
}

/** Where the two readings of the same bytes are at odds without a reason. */
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

Deno.test("parseRequestHead() and ChunkedScanner take nothing that Node takes otherwise", async () => {
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

Deno.test("parseRequestHead() and ChunkedScanner: Node takes the cases of the wire alike", async () => {
  await using node = openNodeParser();
  const conflicts: string[] = [];
  for (const { name, request } of WIRE_CASES) {
    const text = request + NEXT;
    const conflict = findConflict(readAll(text), await node.read(text));
    if (conflict !== undefined) conflicts.push(`${name}: ${conflict}`);
  }
  deepEqual(conflicts, []);
});
