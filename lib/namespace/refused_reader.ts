import { type LinuxFiles, linuxFiles } from "../system/linux_files.ts";
import { nftQuestion } from "./nft_messages.ts";
import { type RefusedElement, refusedElements } from "./refused_set.ts";

/** Reads the sets of refused destinations of one table. */
export interface RefusedReader extends Disposable {
  /** Returns their elements; some or none of them if the kernel does not answer. */
  readonly read: () => readonly RefusedElement[];
}

/** Source of numbers: linux/netfilter/nf_tables.h. */
const GET_ELEMENTS = 13;
const TABLE = 1;
const SET = 2;

/** A part of the kernel's answer is shorter. */
const BUFFER_BYTES = 64 * 1024;

/** Maximum parts of an answer: more than the whole set takes. */
const MAX_READS = 64;

/**
 * Opens a reader. A question to the kernel costs some microseconds, and nft(8) some milliseconds.
 * Returns `undefined` where the kernel or its C library is too old.
 */
export function openRefusedReader(
  table: string,
  sets: readonly string[],
): RefusedReader | undefined {
  if (linuxFiles === undefined) return undefined;
  const files: LinuxFiles = linuxFiles;
  const socket = files.openNftQuestions();
  if (socket < 0) return undefined;
  const questions = sets.map((set) => nftQuestion(GET_ELEMENTS, [[TABLE, table], [SET, set]]));
  const buffer = new Uint8Array(BUFFER_BYTES);
  return {
    read() {
      const elements: RefusedElement[] = [];
      for (const question of questions) {
        if (files.write(socket, question) < 0) return elements;
        // The kernel makes the next part while it gives the present one.
        for (let reads = 0; reads < MAX_READS; reads++) {
          const length = files.read(socket, buffer);
          if (length <= 0) break;
          elements.push(...refusedElements(buffer.subarray(0, length)));
        }
      }
      return elements;
    },
    [Symbol.dispose]: () => files.close(socket),
  };
}
