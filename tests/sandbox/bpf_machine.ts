/** Result for a system call that the filter allows. */
export const ALLOWED = "allowed";

/** A system call as seen by a filter, `struct seccomp_data`. */
export interface SeenCall {
  readonly audit: number;
  readonly number: number;
  /** Values of up to 64 bits. */
  readonly args?: readonly (number | bigint)[];
}

/** Result of a call. */
export interface Decision {
  /** `allowed`, or `error` and its number. */
  readonly answer: string;
  /** Number of executed instructions. */
  readonly steps: number;
  /** True if the filter read an argument; otherwise the kernel caches the result in a bitmap. */
  readonly readsArguments: boolean;
}

/**
 * Executes a system call filter like the kernel.
 *
 * @throws {Error} where the kernel would not have taken the program
 */
export function decide(program: Uint8Array, call: SeenCall): Decision {
  const view = new DataView(program.buffer);
  const seen = toData(call);
  let value = 0;
  let steps = 0;
  let readsArguments = false;
  for (let at = 0; at < program.length / 8; at++) {
    steps++;
    const constant = view.getUint32(at * 8 + 4, true);
    const jump = (holds: boolean): number => view.getUint8(at * 8 + (holds ? 2 : 3));
    const code = view.getUint16(at * 8, true);
    switch (code) {
      case 0x20:
        if (constant % 4 !== 0) throw new Error(`a load from ${constant}`);
        readsArguments ||= constant >= 8;
        value = seen.getUint32(constant, true);
        break;
      case 0x54:
        value = (value & constant) >>> 0;
        break;
      case 0x05:
        at += constant;
        break;
      case 0x15:
        at += jump(value === constant);
        break;
      case 0x35:
        at += jump(value >= constant);
        break;
      case 0x45:
        at += jump((value & constant) !== 0);
        break;
      case 0x06:
        return { answer: toAnswer(constant), steps, readsArguments };
      default:
        throw new Error(`unknown instruction ${code}`);
    }
  }
  throw new Error("the program has no end");
}

function toData({ audit, number, args = [] }: SeenCall): DataView {
  const seen = new DataView(new ArrayBuffer(64));
  seen.setUint32(0, number, true);
  seen.setUint32(4, audit, true);
  for (const [index, argument] of args.entries()) {
    seen.setBigUint64(16 + 8 * index, BigInt.asUintN(64, BigInt(argument)), true);
  }
  return seen;
}

function toAnswer(action: number): string {
  if (action === 0x7fff0000) return ALLOWED;
  if (action >>> 16 !== 0x0005) throw new Error(`unknown action ${action}`);
  return `error ${action & 0xffff}`;
}
