import assert from "node:assert/strict";
import { argumentRules } from "../../lib/sandbox/argument_rules.ts";
import { ERRORS } from "../../lib/sandbox/filter_rule.ts";
import { systemCallFilter } from "../../lib/sandbox/system_call_filter.ts";
import { systemCallGroups, systemCalls } from "../../lib/sandbox/system_calls.ts";
import { ALLOWED, decide, type SeenCall } from "./bpf_machine.ts";

type Arch = typeof Deno.build.arch;

const ARCHES = ["x86_64", "aarch64"] as const;
const AUDIT: Readonly<Record<Arch, number>> = { x86_64: 0xc000003e, aarch64: 0xc00000b7 };
const I386 = 0x40000003;
const ARM = 0x40000028;

const PROGRAMS: Readonly<Record<Arch, Uint8Array>> = {
  x86_64: systemCallFilter("x86_64"),
  aarch64: systemCallFilter("aarch64"),
};

const EPERM = "error 1";
const ENOMEM = "error 12";
const EINVAL = "error 22";
const ENOTTY = "error 25";
const ENOSYS = "error 38";
const EPROTONOSUPPORT = "error 93";
const ESOCKTNOSUPPORT = "error 94";
const EAFNOSUPPORT = "error 97";

function answer(arch: Arch, call: Omit<SeenCall, "audit">): string {
  return decide(PROGRAMS[arch], { audit: AUDIT[arch], ...call }).answer;
}

const numbers = new Map(systemCalls().map((call) => [call.name, call.numbers]));

/** Pseudorandom numbers, the same each time. */
function* randomWords(): Generator<number, never> {
  for (let word = 0x2545f491;;) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    yield word >>> 0;
  }
}

// The numbers stand here once more: a mistake in the table must not pass for an answer.
const refused: readonly (readonly [name: string, x86: number, arm: number, answer: string])[] = [
  ["unshare", 272, 97, EPERM],
  ["setns", 308, 268, EPERM],
  ["mount", 165, 40, EPERM],
  ["umount2", 166, 39, EPERM],
  ["open_tree", 428, 428, EPERM],
  ["move_mount", 429, 429, EPERM],
  ["fsopen", 430, 430, EPERM],
  ["fsconfig", 431, 431, EPERM],
  ["fsmount", 432, 432, EPERM],
  ["fspick", 433, 433, EPERM],
  ["mount_setattr", 442, 442, EPERM],
  ["open_tree_attr", 467, 467, EPERM],
  ["pivot_root", 155, 41, EPERM],
  ["chroot", 161, 51, EPERM],
  ["add_key", 248, 217, EPERM],
  ["request_key", 249, 218, EPERM],
  ["keyctl", 250, 219, EPERM],
  ["ptrace", 101, 117, EPERM],
  ["process_vm_readv", 310, 270, EPERM],
  ["process_vm_writev", 311, 271, EPERM],
  ["process_madvise", 440, 440, EPERM],
  ["process_mrelease", 448, 448, EPERM],
  ["kcmp", 312, 272, EPERM],
  ["pidfd_getfd", 438, 438, EPERM],
  ["mbind", 237, 235, EPERM],
  ["set_mempolicy", 238, 237, EPERM],
  ["get_mempolicy", 239, 236, EPERM],
  ["migrate_pages", 256, 238, EPERM],
  ["move_pages", 279, 239, EPERM],
  ["set_mempolicy_home_node", 450, 450, EPERM],
  ["bpf", 321, 280, EPERM],
  ["perf_event_open", 298, 241, EPERM],
  ["userfaultfd", 323, 282, EPERM],
  ["fanotify_init", 300, 262, EPERM],
  ["fanotify_mark", 301, 263, EPERM],
  ["syslog", 103, 116, EPERM],
  ["lookup_dcookie", 212, 18, EPERM],
  ["name_to_handle_at", 303, 264, EPERM],
  ["open_by_handle_at", 304, 265, EPERM],
  ["reboot", 169, 142, EPERM],
  ["kexec_load", 246, 104, EPERM],
  ["kexec_file_load", 320, 294, EPERM],
  ["init_module", 175, 105, EPERM],
  ["delete_module", 176, 106, EPERM],
  ["finit_module", 313, 273, EPERM],
  ["swapon", 167, 224, EPERM],
  ["swapoff", 168, 225, EPERM],
  ["quotactl", 179, 60, EPERM],
  ["quotactl_fd", 443, 443, EPERM],
  ["acct", 163, 89, EPERM],
  ["settimeofday", 164, 170, EPERM],
  ["clock_settime", 227, 112, EPERM],
  ["adjtimex", 159, 171, EPERM],
  ["clock_adjtime", 305, 266, EPERM],
  ["vhangup", 153, 58, EPERM],
  ["sethostname", 170, 161, EPERM],
  ["setdomainname", 171, 162, EPERM],
  ["sync", 162, 81, EPERM],
  ["syncfs", 306, 267, EPERM],
  ["clone3", 435, 435, ENOSYS],
  ["openat2", 437, 437, ENOSYS],
  ["sched_setattr", 314, 274, ENOSYS],
  ["io_uring_setup", 425, 425, ENOSYS],
  ["io_uring_enter", 426, 426, ENOSYS],
  ["io_uring_register", 427, 427, ENOSYS],
  ["io_setup", 206, 0, ENOSYS],
  ["io_submit", 209, 2, ENOSYS],
  ["memfd_secret", 447, 447, ENOSYS],
  ["remap_file_pages", 216, 234, ENOSYS],
  ["file_setattr", 469, 469, ENOSYS],
  ["setxattrat", 463, 463, ENOSYS],
];

for (const [name, x86, arm, expected] of refused) {
  Deno.test(`systemCallFilter() refuses ${name} with ${expected} for all arguments`, () => {
    const words = randomWords();
    for (let round = 0; round < 20; round++) {
      const args = Array.from({ length: 6 }, () => round === 0 ? 0 : words.next().value);
      assert.equal(answer("x86_64", { number: x86, args }), expected);
      assert.equal(answer("aarch64", { number: arm, args }), expected);
    }
  });
}

const x86Only: readonly (readonly [name: string, number: number, answer: string])[] = [
  ["iopl", 172, EPERM],
  ["ioperm", 173, EPERM],
  ["modify_ldt", 154, ENOSYS],
  ["uselib", 134, ENOSYS],
  ["ustat", 136, ENOSYS],
  ["sysfs", 139, ENOSYS],
  ["_sysctl", 156, ENOSYS],
  ["set_thread_area", 205, ENOSYS],
];

for (const [name, number, expected] of x86Only) {
  Deno.test(`systemCallFilter() of x86_64 refuses ${name} with ${expected}`, () => {
    assert.equal(answer("x86_64", { number }), expected);
  });
}

const WANTED_SOCKETS: readonly (readonly number[])[] = [
  ...[[1, 1, 0], [1, 2, 0], [1, 5, 0], [2, 1, 0], [2, 1, 6], [2, 2, 17], [2, 2, 1]],
  ...[[10, 1, 6], [10, 2, 58], [16, 3, 0], [16, 2, 0]],
  // SOCK_CLOEXEC and SOCK_NONBLOCK.
  ...[[1, 0o2000001, 0], [2, 0o2004001, 0], [10, 0o2004002, 0], [16, 0o2000003, 0]],
];

const rows: readonly Row[] = [
  ...["socket", "socketpair"].flatMap((name) =>
    [
      ...WANTED_SOCKETS.map((args) => [name, args, ALLOWED] as const),
      [name, [0, 1, 0], EAFNOSUPPORT],
      [name, [3, 1, 0], EAFNOSUPPORT],
      [name, [9, 1, 0], EAFNOSUPPORT],
      [name, [11, 1, 0], EAFNOSUPPORT],
      [name, [15, 3, 2], EAFNOSUPPORT],
      // AF_PACKET, AF_TIPC, AF_ALG, AF_VSOCK, AF_SMC, AF_XDP, and an invalid family.
      ...[17, 30, 38, 40, 43, 44, 0xffffffff].map((family) =>
        [name, [family, 1, 0], EAFNOSUPPORT] as const
      ),
      // The kernel uses an int: the upper 32 bits do not count.
      [name, [0x1_0000_0002n, 1, 0], ALLOWED],
      [name, [0x1_0000_0028n, 1, 0], EAFNOSUPPORT],
      [name, [2, 3, 255], EPERM],
      [name, [10, 3, 0], EPERM],
      [name, [2, 5, 0], ESOCKTNOSUPPORT],
      [name, [2, 6, 33], ESOCKTNOSUPPORT],
      [name, [2, 0, 0], ESOCKTNOSUPPORT],
      [name, [2, 10, 0], ESOCKTNOSUPPORT],
      // SCTP, UDP-Lite, MPTCP, L2TP.
      ...[132, 136, 262, 115].map((protocol) => [name, [2, 1, protocol], EPROTONOSUPPORT] as const),
      [name, [10, 2, 132], EPROTONOSUPPORT],
      // NETLINK_SOCK_DIAG, AUDIT, NETFILTER, GENERIC, CRYPTO.
      ...[4, 9, 12, 16, 21].map((protocol) => [name, [16, 3, protocol], EPROTONOSUPPORT] as const),
    ] as const
  ),

  ["clone", [0x11], ALLOWED],
  // A thread as created by libc, and vfork.
  ["clone", [0x3d0f00], ALLOWED],
  ["clone", [0x4111], ALLOWED],
  ...[0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000].flatMap((
    flag,
  ) => [["clone", [flag], EPERM], ["clone", [flag | 0x11], EPERM]] as const),
  ["clone", [0x80000000 | 0x11], ALLOWED],

  ["prctl", [1, 9], ALLOWED],
  ["prctl", [4], ALLOWED],
  ["prctl", [15], ALLOWED],
  ["prctl", [38, 1], ALLOWED],
  ["prctl", [0x53564d41], ALLOWED],
  ["prctl", [22, 2], ALLOWED],
  ["prctl", [23, 0], ALLOWED],
  ["prctl", [24, 0], ALLOWED],
  ["prctl", [47, 4], ALLOWED],
  ["prctl", [0], EINVAL],
  // PR_TASK_PERF_EVENTS_DISABLE, PR_MCE_KILL, PR_SET_MM, PR_MPX_ENABLE_MANAGEMENT.
  ...[31, 32, 33, 35, 43].map((option) => ["prctl", [option], EINVAL] as const),
  // PR_SET_IO_FLUSHER, PR_SET_SYSCALL_USER_DISPATCH, PR_SCHED_CORE, PR_SET_MEMORY_MERGE.
  ...[57, 59, 62, 67, 69, 0xffffffff].map((option) => ["prctl", [option], EINVAL] as const),

  ["personality", [0], ALLOWED],
  ["personality", [8], ALLOWED],
  ["personality", [0xffffffff], ALLOWED],
  ["personality", [0xffffffffffffffffn], ALLOWED],
  // ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC, MMAP_PAGE_ZERO, PER_SVR4.
  ...[0x40000, 0x400000, 0x100000, 1, 7, 9, 0x40008, 0xfffffffe].map((persona) =>
    ["personality", [persona], EPERM] as const
  ),

  ["sched_setscheduler", [0, 0], ALLOWED],
  ["sched_setscheduler", [0, 3], ALLOWED],
  ["sched_setscheduler", [0, 5], ALLOWED],
  ["sched_setscheduler", [0, 0x40000000], ALLOWED],
  ["sched_setscheduler", [0, 0x40000003], ALLOWED],
  // SCHED_FIFO, SCHED_RR, SCHED_DEADLINE, SCHED_EXT.
  ...[1, 2, 4, 6, 7, 0x40000001, 0x40000002, 0x80000000].map((policy) =>
    ["sched_setscheduler", [0, policy], EPERM] as const
  ),

  // The class is above 13 bits: none, best effort and idle; then the highest best effort, and real
  // time.
  ...[0, 0x4004, 0x4007, 0x6000, 0x6007].map((priority) =>
    ["ioprio_set", [1, 0, priority], ALLOWED] as const
  ),
  ...[0x4000, 0x4003, 0x4008, 0x2000, 0x2007, 0x5fff, 0x6008, 0x8000].map((priority) =>
    ["ioprio_set", [1, 0, priority], EPERM] as const
  ),

  // TCGETS, FIONBIO, FIOCLEX, TIOCGWINSZ, TIOCSCTTY, FIONREAD, TIOCGPTN, SIOCGIFCONF.
  ...[0x5401, 0x5421, 0x5451, 0x5413, 0x540e, 0x541b, 0x80045430, 0x8912].map((request) =>
    ["ioctl", [0, request], ALLOWED] as const
  ),
  // Requests for files, block-sharing copies, and seccomp filters.
  ...[0x80086601, 0xc020660b, 0x801c581f, 0x40049409, 0x4020940d, 0xc0189436, 0xc0502100].map((
    request,
  ) => ["ioctl", [0, request], ALLOWED] as const),
  ...[0x5412, 0x541c, 0x5423, 0x40086602, 0x401c5820, 0x1_0000_5412n].map((request) =>
    ["ioctl", [0, request], EPERM] as const
  ),
  ...[0x5411, 0x541d, 0x5422, 0x5424].map((request) => ["ioctl", [0, request], ALLOWED] as const),
  // FS_IOC_ADD_ENCRYPTION_KEY, BTRFS_IOC_SUBVOL_CREATE, KVM_CREATE_VM, NS_GET_USERNS, FIFREEZE,
  // PPPIOCNEWUNIT, FS_IOC_SETFLAGS of 32-bit programs, and neighbours of allowed values.
  ...[0xc0506617, 0x5000940e, 0xae01, 0xb701, 0xc0045877, 0xc004743e, 0x40046602].concat(
    [0, 0x53ff, 0x5500, 0x88ff, 0x8a00, 0x9408, 0x5820, 0xffffffff],
  ).map((request) => ["ioctl", [0, request], ENOTTY] as const),

  // MAP_PRIVATE and MAP_ANONYMOUS, with MAP_STACK, MAP_NORESERVE, MAP_FIXED_NOREPLACE; MAP_HUGETLB.
  ...[0x22, 0x20022, 0x4022, 0x100022].map((flags) =>
    ["mmap", [0, 4_096, 3, flags], ALLOWED] as const
  ),
  ...[0x40022, 0x40021, 0x54040022].map((flags) => ["mmap", [0, 4_096, 3, flags], ENOMEM] as const),
  ["memfd_create", [0, 1], ALLOWED],
  ["memfd_create", [0, 2 | 8], ALLOWED],
  ["memfd_create", [0, 4], ENOMEM],
  ["memfd_create", [0, 5 | 21 << 26], ENOMEM],
  ["shmget", [0, 4_096, 0o1600], ALLOWED],
  ["shmget", [0, 4_096, 0o1600 | 0o10000], ALLOWED],
  ["shmget", [0, 4_096, 0o5600], ENOMEM],

  ...[["chmod", 1], ["fchmod", 1], ["fchmodat", 2], ["fchmodat2", 2], ["mkdir", 1], ["mkdirat", 2]]
    .concat([["mknod", 1], ["mknodat", 2], ["creat", 1]])
    .flatMap(([name, index]) => modes(name as string, index as number)),

  ...[["open", 1], ["openat", 2], ["mq_open", 1]].flatMap(([name, at]) =>
    creations(name as string, at as number)
  ),
];

type Row = readonly [name: string, args: readonly (number | bigint)[], answer: string];

function modes(name: string, index: number): Row[] {
  const row = (mode: number, expected: string): Row => [name, at(index, mode), expected];
  return [
    ...[0, 0o644, 0o755, 0o777, 0o1777, 0o100644].map((mode) => row(mode, ALLOWED)),
    ...[0o2000, 0o4000, 0o6000, 0o4755, 0o2755, 0o7777, 0o104755].map((mode) => row(mode, EPERM)),
    // A mode is 16 bits.
    row(0x10000, ALLOWED),
  ];
}

function creations(name: string, index: number): Row[] {
  const [O_CREAT, O_TMPFILE_BIT, O_CLOEXEC, O_WRONLY] = [0o100, 0o20000000, 0o2000000, 1];
  return [
    [name, at(index, O_CLOEXEC, 0o7777), ALLOWED],
    [name, at(index, O_WRONLY | O_CREAT, 0o666), ALLOWED],
    [name, at(index, O_WRONLY | O_CREAT, 0o1777), ALLOWED],
    [name, at(index, O_TMPFILE_BIT | O_WRONLY, 0o600), ALLOWED],
    [name, at(index, O_CREAT, 0o4755), EPERM],
    [name, at(index, O_CREAT | O_CLOEXEC, 0o2000), EPERM],
    [name, at(index, O_TMPFILE_BIT | O_WRONLY, 0o4755), EPERM],
    [name, at(index, O_TMPFILE_BIT | 0o200000, 0o2755), EPERM],
  ];
}

/** Returns arguments of which the first relevant one is at `index`. */
function at(index: number, ...values: readonly number[]): number[] {
  return [...Array.from({ length: index }, () => 0o7777), ...values];
}

for (const arch of ARCHES) {
  Deno.test(`systemCallFilter() of ${arch} checks the edges of each argument rule`, () => {
    const seen = new Set<string>();
    for (const [name, args, expected] of rows) {
      const number = numbers.get(name)![arch];
      if (number === undefined) continue;
      const said = `${name}(${args.map((one) => `0x${one.toString(16)}`).join(", ")})`;
      assert.equal(answer(arch, { number, args }), expected, said);
      seen.add(name);
    }
    const ruled = Object.keys(argumentRules).filter((name) =>
      numbers.get(name)![arch] !== undefined
    );
    assert.deepEqual([...seen].sort(), ruled.sort());
  });

  Deno.test(`systemCallFilter() of ${arch} allows nothing outside the table`, () => {
    const allowed = new Set(
      systemCalls().filter((call) => call.answer === "allow").map((call) => call.numbers[arch]),
    );
    const words = randomWords();
    const near = Array.from({ length: 2_048 }, (_, number) => number);
    const x32 = near.map((number) => 0x40000000 + number);
    const negative = near.map((number) => 0xffffffff - number);
    const random = Array.from({ length: 20_000 }, () => words.next().value);
    for (const number of [...near, ...x32, ...negative, ...random]) {
      const args = Array.from({ length: 6 }, () => words.next().value);
      if (allowed.has(number)) continue;
      assert.notEqual(answer(arch, { number, args }), ALLOWED, String(number));
    }
    for (const number of [470, 600, 1_000, ...x32, ...negative]) {
      assert.equal(answer(arch, { number }), ENOSYS, String(number));
    }
  });

  Deno.test(`systemCallFilter() of ${arch} refuses every call of another architecture`, () => {
    const others = [I386, ARM, 0, 0xffffffff, AUDIT[arch] + 1, AUDIT[arch] - 1];
    const foreign = ARCHES.filter((one) => one !== arch).map((one) => AUDIT[one]);
    for (const audit of [...others, ...foreign]) {
      for (let number = 0; number < 512; number++) {
        assert.equal(decide(PROGRAMS[arch], { audit, number }).answer, ENOSYS);
      }
    }
  });

  Deno.test(`systemCallFilter() of ${arch} follows the table, in few steps`, () => {
    const words = randomWords();
    for (const { name, answer, numbers } of systemCalls()) {
      const number = numbers[arch];
      if (number === undefined) continue;
      const args = Array.from({ length: 6 }, () => words.next().value);
      const decision = decide(PROGRAMS[arch], { audit: AUDIT[arch], number, args });
      assert.ok(decision.steps <= 24, `${name}: ${decision.steps} steps`);
      if (answer === "allow" && name in argumentRules) continue;
      // The kernel then answers from a bitmap.
      assert.ok(!decision.readsArguments, name);
      const expected = answer === "allow" ? ALLOWED : `error ${ERRORS[answer]}`;
      assert.equal(decision.answer, expected, name);
    }
  });

  Deno.test(`systemCallFilter() of ${arch} is a program that the kernel accepts`, () => {
    const program = PROGRAMS[arch];
    const view = new DataView(program.buffer);
    const length = program.length / 8;
    // BPF_MAXINSNS of linux/bpf_common.h.
    assert.ok(length <= 4_096, String(length));
    for (let at = 0; at < length; at++) {
      const code = view.getUint16(at * 8, true);
      const furthest = code === 0x05
        ? view.getUint32(at * 8 + 4, true)
        : Math.max(view.getUint8(at * 8 + 2), view.getUint8(at * 8 + 3));
      assert.ok(code === 0x06 || at + 1 + furthest < length, `instruction ${at}`);
    }
  });
}

Deno.test("systemCalls() contains each call and each number once", () => {
  const calls = systemCalls();
  assert.equal(new Set(calls.map(({ name }) => name)).size, calls.length);
  for (const arch of ARCHES) {
    const taken = calls.map(({ numbers }) => numbers[arch]).filter((one) => one !== undefined);
    assert.equal(new Set(taken).size, taken.length, arch);
    assert.ok(taken.every((one) => Number.isInteger(one) && one >= 0 && one < 512), arch);
  }
  for (const { name, numbers } of calls) {
    assert.match(name, /^[a-z][a-z0-9_]*$/);
    assert.ok(numbers.x86_64 !== undefined || numbers.aarch64 !== undefined, name);
  }
});

Deno.test("systemCallGroups gives a reason for each group", () => {
  for (const { subject, why } of systemCallGroups) assert.match(why, /^\S.*\.$/, subject);
});

Deno.test("argumentRules has rules only for allowed calls", () => {
  const allowed = new Set(
    systemCalls().filter(({ answer }) => answer === "allow").map(({ name }) => name),
  );
  for (const name of Object.keys(argumentRules)) assert.ok(allowed.has(name), name);
});
