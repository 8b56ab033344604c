import assert from "node:assert/strict";
import { socketFilter } from "../../lib/sandbox/socket_filter.ts";

const X86_64 = 0xc000003e;
const I386 = 0x40000003;
const AARCH64 = 0xc00000b7;

const ALLOWED = "allowed";
const NO_CALL = "error 38";
const NO_FAMILY = "error 97";

type Arch = typeof Deno.build.arch;

const cases: readonly (readonly [
  what: string,
  filter: Arch,
  call: { readonly audit: number; readonly number: number; readonly family?: number },
  result: string,
])[] = [
  ["write", "x86_64", { audit: X86_64, number: 1 }, ALLOWED],
  ["a Unix socket", "x86_64", { audit: X86_64, number: 41, family: 1 }, ALLOWED],
  ["an IPv4 socket", "x86_64", { audit: X86_64, number: 41, family: 2 }, ALLOWED],
  ["an IPv6 socket", "x86_64", { audit: X86_64, number: 41, family: 10 }, ALLOWED],
  ["a netlink socket", "x86_64", { audit: X86_64, number: 41, family: 16 }, ALLOWED],
  ["AF_UNSPEC", "x86_64", { audit: X86_64, number: 41, family: 0 }, NO_FAMILY],
  ["AF_PACKET", "x86_64", { audit: X86_64, number: 41, family: 17 }, NO_FAMILY],
  ["AF_ALG", "x86_64", { audit: X86_64, number: 41, family: 38 }, NO_FAMILY],
  ["AF_VSOCK", "x86_64", { audit: X86_64, number: 41, family: 40 }, NO_FAMILY],
  ["what is a socket elsewhere", "x86_64", { audit: X86_64, number: 198, family: 40 }, ALLOWED],
  ["io_uring_setup", "x86_64", { audit: X86_64, number: 425 }, NO_CALL],
  ["a call of x32", "x86_64", { audit: X86_64, number: 0x40000000 + 41, family: 40 }, NO_CALL],
  ["a call of i386", "x86_64", { audit: I386, number: 359, family: 40 }, NO_CALL],
  ["AF_VSOCK on ARM", "aarch64", { audit: AARCH64, number: 198, family: 40 }, NO_FAMILY],
  ["an IPv4 socket on ARM", "aarch64", { audit: AARCH64, number: 198, family: 2 }, ALLOWED],
  ["io_uring_setup on ARM", "aarch64", { audit: AARCH64, number: 425 }, NO_CALL],
  ["a call of another architecture on ARM", "aarch64", { audit: X86_64, number: 1 }, NO_CALL],
];

for (const [what, arch, { audit, number, family = 0 }, result] of cases) {
  Deno.test(`socketFilter() of ${arch} answers ${what} with "${result}"`, () => {
    const seen = new DataView(new ArrayBuffer(64));
    seen.setUint32(0, number, true);
    seen.setUint32(4, audit, true);
    seen.setUint32(16, family, true);
    assert.equal(run(socketFilter(arch), seen), result);
  });
}

/** What the kernel makes of a program, as far as this one goes. Source: seccomp(2). */
function run(program: Uint8Array, seen: DataView): string {
  const view = new DataView(program.buffer);
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const constant = view.getUint32(at * 8 + 4, true);
    const jump = (holds: boolean): number => view.getUint8(at * 8 + (holds ? 2 : 3));
    const code = view.getUint16(at * 8, true);
    if (code === 0x20) accumulator = seen.getUint32(constant, true);
    else if (code === 0x15) at += jump(accumulator === constant);
    else if (code === 0x35) at += jump(accumulator >= constant);
    else if (code !== 0x06) throw new Error(`unknown instruction ${code}`);
    else return constant === 0x7fff0000 ? ALLOWED : `error ${constant & 0xffff}`;
  }
  throw new Error("the program has no end");
}
