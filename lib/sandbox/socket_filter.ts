import { join } from "node:path";

/** One instruction, `struct sock_filter` of linux/filter.h. */
type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, constant: number];

/** Numbers of an architecture, from linux/audit.h and asm/unistd.h. */
interface Architecture {
  readonly audit: number;
  readonly socket: number;
}

const ARCHITECTURES: Readonly<Record<typeof Deno.build.arch, Architecture>> = {
  x86_64: { audit: 0xc000003e, socket: 41 },
  aarch64: { audit: 0xc00000b7, socket: 198 },
};

/** AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK, which tells of the namespace's own links. */
const FAMILIES = [1, 2, 10, 16] as const;

/** The same on every architecture. */
const IO_URING_SETUP = 425;

/** System calls of x32 have this bit, and would go by other numbers. */
const X32_BIT = 0x40000000;

/** Offsets in `struct seccomp_data`. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const FIRST_ARGUMENT_AT = 16;

const LOAD = 0x20;
const EQUAL = 0x15;
const AT_LEAST = 0x35;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const ERROR = 0x00050000;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/**
 * A filter of system calls as bwrap(1) takes it: sockets of the usual families alone. A network
 * namespace does not hold what is beside the internet protocols: on a virtual machine, AF_VSOCK
 * leads to its host from any of them (vsock(7)). io_uring would open sockets that no filter sees.
 * Source: seccomp(2).
 *
 * @example
 * ```ts
 * import { socketFilter } from "./socket_filter.ts";
 * socketFilter("x86_64").length; // 112
 * ```
 */
export function socketFilter(arch: typeof Deno.build.arch): Uint8Array<ArrayBuffer> {
  const { audit, socket } = ARCHITECTURES[arch];
  const families = FAMILIES.map((family, index): Instruction => [
    EQUAL,
    FAMILIES.length - index,
    0,
    family,
  ]);
  // Jumps count the instructions that are passed over.
  const toAllow = FAMILIES.length + 2;
  const program: readonly Instruction[] = [
    [LOAD, 0, 0, ARCHITECTURE_AT],
    [EQUAL, 0, toAllow + 5, audit],
    [LOAD, 0, 0, NUMBER_AT],
    [AT_LEAST, toAllow + 3, 0, X32_BIT],
    [EQUAL, toAllow + 2, 0, IO_URING_SETUP],
    [EQUAL, 0, toAllow, socket],
    [LOAD, 0, 0, FIRST_ARGUMENT_AT],
    ...families,
    [RETURN, 0, 0, ERROR | EAFNOSUPPORT],
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, ERROR | ENOSYS],
  ];
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

/** Writes the filter for this machine into `directory`, which the caller owns; gives its path. */
export async function writeSocketFilter(directory: string): Promise<string> {
  const path = join(directory, "socket-filter.bpf");
  await Deno.writeFile(path, socketFilter(Deno.build.arch), { mode: 0o644 });
  return path;
}
