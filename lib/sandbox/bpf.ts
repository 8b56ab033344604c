/**
 * One instruction, `struct sock_filter` of linux/filter.h. Jumps count the instructions that are
 * passed over.
 */
export type Instruction = readonly [
  code: number,
  jumpTrue: number,
  jumpFalse: number,
  constant: number,
];

/** Instructions that end with a return, whichever way is taken through them. */
export type Fragment = readonly Instruction[];

/** Values from `from` up to the next range's `from`, and what is done for them. */
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

/** Most that a conditional jump passes over. */
const MAX_JUMP = 255;

/** The word at an offset of `struct seccomp_data` becomes the value that is looked at. */
export function load(offset: number): Instruction {
  return [LOAD, 0, 0, offset];
}

/** Of the value, these bits alone stay. */
export function mask(bits: number): Instruction {
  return [MASK, 0, 0, bits];
}

/** Ends the program with an action of seccomp(2). */
export function answer(action: number): Fragment {
  return [[RETURN, 0, 0, action]];
}

/** Goes on with `set` where the value has one of the bits, and with `clear` elsewhere. */
export function branchOnBits(bits: number, set: Fragment, clear: Fragment): Fragment {
  return branch([ANY_BIT, bits], set, clear);
}

/**
 * Finds the value's range by bisection. The ranges are in order and the first begins at 0.
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

/** The program as the kernel takes it, eight bytes an instruction, on a little-endian machine. */
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
