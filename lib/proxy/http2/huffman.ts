/**
 * Length in bits of the code of each byte, and of the end of a string as the last one (RFC 7541,
 * appendix B). The code is canonical: codes of one length count up in the order of their bytes, from
 * short to long, so the lengths are all there is to know.
 */
const LENGTHS: readonly number[] = [
  // 0 to 31: control characters
  ...[13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28],
  ...[28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  // 32 to 63: space to ?
  ...[6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6],
  ...[5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  // 64 to 95: @ to _
  ...[13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  ...[7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  // 96 to 127: ` to DEL
  ...[15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5],
  ...[6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  // 128 to 255
  ...[20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23],
  ...[24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24],
  ...[22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23],
  ...[21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23],
  ...[26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25],
  ...[19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27],
  ...[20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23],
  ...[26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26],
  30,
];

const END = 256;
const MAX_LENGTH = 30;

/** No code continues like this, or it is the end of a string, which must not occur. */
const INVALID = -1;
const NO_BYTE = -1;

/** A code of one byte has at least five bits, so four bits complete at most one code. */
const STEP_BITS = 4;
const STEPS = 1 << STEP_BITS;

/** For each node of the tree and each four bits: the next node, and the byte that they complete. */
interface DecodeTable {
  readonly next: Int16Array;
  readonly bytes: Int16Array;
  /** 1 for each node at which a string may end: fewer than eight bits after a code, all of them 1. */
  readonly isEnd: Uint8Array;
}

let table: DecodeTable | undefined;

/**
 * Decodes the bytes from `start` to `end` into `into`, which must have room for 8/5 of them. Returns
 * the number of bytes, or `undefined` if they are invalid.
 */
export function decodeHuffman(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  into: Uint8Array,
): number | undefined {
  const { next, bytes: decoded, isEnd } = table ??= buildTable();
  let node = 0;
  let length = 0;
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!;
    for (const bits of [byte >> STEP_BITS, byte & STEPS - 1]) {
      const at = node * STEPS + bits;
      node = next[at]!;
      if (node === INVALID) return undefined;
      if (decoded[at] !== NO_BYTE) into[length++] = decoded[at]!;
    }
  }
  return isEnd[node] === 1 ? length : undefined;
}

function buildTable(): DecodeTable {
  const children = buildTree();
  const nodes = children.length;
  const next = new Int16Array(nodes * STEPS).fill(INVALID);
  const bytes = new Int16Array(nodes * STEPS).fill(NO_BYTE);
  for (let node = 0; node < nodes; node++) {
    for (let bits = 0; bits < STEPS; bits++) {
      let at = node;
      for (let shift = STEP_BITS - 1; shift >= 0 && at !== INVALID; shift--) {
        const child: Child = children[at]![bits >> shift & 1]!;
        if (child.type === "node") at = child.node;
        else if (child.symbol === END) at = INVALID;
        else {
          bytes[node * STEPS + bits] = child.symbol;
          at = 0;
        }
      }
      next[node * STEPS + bits] = at;
    }
  }
  const isEnd = new Uint8Array(nodes);
  for (let node = 0, ones = 0; ones < 8; ones++) {
    isEnd[node] = 1;
    const child: Child = children[node]![1]!;
    if (child.type === "node") node = child.node;
  }
  return { next, bytes, isEnd };
}

type Child =
  | { readonly type: "node"; readonly node: number }
  | { readonly type: "leaf"; readonly symbol: number };

function buildTree(): readonly (readonly Child[])[] {
  const nodes: Child[][] = [[]];
  let code = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    for (let symbol = 0; symbol <= END; symbol++) {
      if (LENGTHS[symbol] !== length) continue;
      insert(code++, { length, symbol });
    }
    code *= 2;
  }
  return nodes;

  function insert(
    code: number,
    { length, symbol }: { readonly length: number; readonly symbol: number },
  ): void {
    let node = 0;
    for (let shift = length - 1; shift > 0; shift--) {
      const bit = code >>> shift & 1;
      const child = nodes[node]![bit];
      if (child?.type === "node") node = child.node;
      else {
        nodes[node]![bit] = { type: "node", node: nodes.length };
        node = nodes.length;
        nodes.push([]);
      }
    }
    nodes[node]![code & 1] = { type: "leaf", symbol };
  }
}
