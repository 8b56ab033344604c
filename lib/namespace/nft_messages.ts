/** A message about nftables, without its headers. */
export interface NftMessage {
  /** `NFT_MSG_…`; `undefined` for a message that is not about nftables, such as an error. */
  readonly kind: number | undefined;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** An attribute of a message; its value may be a list of attributes. */
export interface NftAttribute {
  readonly type: number;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** Sources: linux/netlink.h and linux/netfilter/nfnetlink.h. */
const HEADER_BYTES = 16;
const NETFILTER_HEADER_BYTES = 4;
const ATTRIBUTE_BYTES = 4;
const NFNL_SUBSYS_NFTABLES = 10;
/** Flags of an attribute's type. */
const TYPE_MASK = 0x3fff;
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
const NFPROTO_INET = 1;

/**
 * Returns the messages of a datagram of the kernel, in the byte order of x86-64 and ARM64. Ignores
 * everything after a message that is cut off. Source: netlink(7).
 */
export function nftMessages(bytes: Uint8Array<ArrayBuffer>): NftMessage[] {
  const view = viewOf(bytes);
  const messages: NftMessage[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const end = at + view.getUint32(at, true);
    if (end < at + HEADER_BYTES || end > bytes.length) break;
    const type = view.getUint16(at + 4, true);
    const kind = type >> 8 === NFNL_SUBSYS_NFTABLES ? type & 0xff : undefined;
    messages.push({ kind, body: bytes.subarray(at + HEADER_BYTES + NETFILTER_HEADER_BYTES, end) });
    at = aligned(end);
  }
  return messages;
}

/** Returns the attributes of a message or of an attribute, up to one that is cut off. */
export function nftAttributes(bytes: Uint8Array<ArrayBuffer>): NftAttribute[] {
  const view = viewOf(bytes);
  const attributes: NftAttribute[] = [];
  for (let at = 0; at + ATTRIBUTE_BYTES <= bytes.length;) {
    const end = at + view.getUint16(at, true);
    if (end < at + ATTRIBUTE_BYTES || end > bytes.length) break;
    const type = view.getUint16(at + 2, true) & TYPE_MASK;
    attributes.push({ type, value: bytes.subarray(at + ATTRIBUTE_BYTES, end) });
    at = aligned(end);
  }
  return attributes;
}

/**
 * Returns a message that asks for all objects of a kind, which belong to the names in `texts`, by
 * type of attribute.
 */
export function nftQuestion(
  kind: number,
  texts: readonly (readonly [type: number, text: string])[],
): Uint8Array<ArrayBuffer> {
  const values = texts.map(([type, text]) =>
    [type, new TextEncoder().encode(`${text}\0`)] as const
  );
  const size = HEADER_BYTES + NETFILTER_HEADER_BYTES +
    values.reduce((sum, [, { length }]) => sum + aligned(ATTRIBUTE_BYTES + length), 0);
  const bytes = new Uint8Array(size);
  const view = viewOf(bytes);
  view.setUint32(0, size, true);
  view.setUint16(4, NFNL_SUBSYS_NFTABLES << 8 | kind, true);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, true);
  view.setUint8(HEADER_BYTES, NFPROTO_INET);
  let at = HEADER_BYTES + NETFILTER_HEADER_BYTES;
  for (const [type, value] of values) {
    view.setUint16(at, ATTRIBUTE_BYTES + value.length, true);
    view.setUint16(at + 2, type, true);
    bytes.set(value, at + ATTRIBUTE_BYTES);
    at += aligned(ATTRIBUTE_BYTES + value.length);
  }
  return bytes;
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function aligned(offset: number): number {
  return (offset + 3) & ~3;
}
