/** One `struct sock_filter` of linux/filter.h. A jump is the number of instructions to skip. */
export type Instruction = readonly [
  code: number,
  jumpTrue: number,
  jumpFalse: number,
  constant: number,
];

/** Instructions whose every path ends with a return. */
export type Fragment = readonly Instruction[];

/** Values from `from` up to the next range's `from`, and the instructions for them. */
export interface Range {
  readonly from: number;
  readonly fragment: Fragment;
}

const LOAD = 0x20;
const MASK = 0x54;
const JUMP = 0x05;
const AT_LEAST = 0x35;
const ANY_BIT = 0x45;
const RETURN = 0x06;

/** Maximum number of instructions that a conditional jump skips. */
const MAX_JUMP = 255;

/** Loads the 32-bit word at an offset of `struct seccomp_data`. */
export function load(offset: number): Instruction {
  return [LOAD, 0, 0, offset];
}

/** Keeps only these bits of the loaded value. */
export function mask(bits: number): Instruction {
  return [MASK, 0, 0, bits];
}

/** Returns an action of seccomp(2). */
export function answer(action: number): Fragment {
  return [[RETURN, 0, 0, action]];
}

/** Continues with `set` if the value has at least one of the bits, otherwise with `clear`. */
export function branchOnBits(bits: number, set: Fragment, clear: Fragment): Fragment {
  return branch([ANY_BIT, bits], set, clear);
}

/**
 * Finds the value's range by binary search. The ranges are sorted and the first begins at 0.
 *
 * @example
 * ```ts
 * import { answer, search } from "./bpf.ts";
 * const ranges = [{ from: 0, fragment: answer(1) }, { from: 7, fragment: answer(2) }];
 * search(ranges).length; // 3: a comparison and two returns
 * ```
 */
export function search(ranges: readonly Range[]): Fragment {
  if (ranges.length <= 1) return ranges[0]?.fragment ?? [];
  const middle = ranges.length >> 1;
  const above = ranges.slice(middle);
  return branch([AT_LEAST, above[0]!.from], search(above), search(ranges.slice(0, middle)));
}

function branch(
  [code, constant]: readonly [code: number, constant: number],
  then: Fragment,
  otherwise: Fragment,
): Fragment {
  return otherwise.length <= MAX_JUMP
    ? [[code, otherwise.length, 0, constant], ...otherwise, ...then]
    : [[code, 0, 1, constant], [JUMP, 0, 0, otherwise.length], ...otherwise, ...then];
}

/** Encodes the program for the kernel: eight bytes for each instruction, little-endian. */
export function encode(program: Fragment): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, [code, jumpTrue, jumpFalse, constant]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jumpTrue);
    view.setUint8(index * 8 + 3, jumpFalse);
    view.setUint32(index * 8 + 4, constant, true);
  }
  return bytes;
}
