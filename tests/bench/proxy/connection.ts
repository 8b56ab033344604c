import type { AnswerReader } from "./answer_reader.ts";
import { drop, receive, type Socket } from "./sockets.ts";

/** Result of a read: the answer goes on, is whole, or the connection has ended. */
export type Outcome = "partial" | "whole" | "failed" | "ended";

/** Reads the answers of one connection, one after another. */
export interface AnswerStream {
  /** Reads what has arrived. */
  readonly read: (socket: Socket) => Outcome;
}

const BUFFER_BYTES = 64 * 1024;
/** Shared by all connections: what arrives of a head is nearly always all of it. */
const buffer = new Uint8Array(BUFFER_BYTES);

/** Opens a stream of answers; `failed` is a whole answer with another status than 200. */
export function openAnswers(reader: AnswerReader): AnswerStream {
  let left = -1;
  let isOk = false;
  let head: Uint8Array | undefined;

  function readHead(count: number): void {
    if (head === undefined) ({ left, isOk } = reader.read(buffer, count));
    else {
      head = new Uint8Array([...head, ...buffer.subarray(0, count)]);
      ({ left, isOk } = reader.read(head, head.length));
    }
    if (left === -1) head ??= buffer.slice(0, count);
    else head = undefined;
  }

  return {
    read(socket) {
      if (left === -1) {
        const count = receive(socket, buffer);
        if (count <= 0) return "ended";
        readHead(count);
      } else {
        const count = drop(socket, left, buffer);
        if (count <= 0) return "ended";
        left -= count;
      }
      if (left !== 0) return "partial";
      left = -1;
      return isOk ? "whole" : "failed";
    },
  };
}
