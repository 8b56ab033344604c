import type { Answer, Rule } from "./filter_rule.ts";

/** Set-user-ID and set-group-ID bits of a mode, see inode(7). */
const SET_ID_BITS = 0o6000;

/** O_CREAT and the main bit of O_TMPFILE: only with these flags, open(2) has a mode. */
const CREATES = 0o100 | 0o20000000;

/** All flags of clone(2) that create a namespace; CLONE_NEWTIME is not a flag of clone(2). */
const NEW_NAMESPACES = 0x7e020000;

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;

/** Mask of a socket's type without its flags. */
const SOCKET_TYPE = 0xf;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;

/** The default, ICMP, TCP, UDP and ICMPv6. Others would load kernel modules (SCTP, DCCP, MPTCP). */
const PROTOCOLS = [0, 1, 6, 17, 58];

/** Netlink protocol for links and addresses of the namespace, see rtnetlink(7). */
const NETLINK_ROUTE = 0;

/**
 * Allows only socket families that the network namespace and its firewall control. Others bypass
 * it: on a virtual machine, AF_VSOCK leads to its host from any namespace (vsock(7)).
 */
const SOCKETS: Rule = {
  type: "values",
  argument: 0,
  cases: [
    { values: [AF_UNIX], then: "allow" },
    {
      values: [AF_INET, AF_INET6],
      then: {
        type: "values",
        argument: 1,
        mask: SOCKET_TYPE,
        cases: [
          {
            values: [SOCK_STREAM, SOCK_DGRAM],
            then: only(2, PROTOCOLS, "EPROTONOSUPPORT"),
          },
          { values: [SOCK_RAW], then: "EPERM" },
        ],
        otherwise: "ESOCKTNOSUPPORT",
      },
    },
    { values: [AF_NETLINK], then: only(2, [NETLINK_ROUTE], "EPROTONOSUPPORT") },
  ],
  otherwise: "EAFNOSUPPORT",
};

/** Mask of the bits of an ioctl(2) request that name its device type. */
const REQUEST_KIND = 0xff00;

/**
 * Allows ioctl(2) requests for terminals, open files, sockets, seccomp filters and some for files.
 * Others fail with ENOTTY, like a request that the file does not support. EPERM for requests that
 * inject terminal input (TIOCSTI, TIOCLINUX), load line disciplines (TIOCSETD), or change a file's
 * flags or quota project (FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR).
 */
const REQUESTS: Rule = {
  type: "values",
  argument: 1,
  mask: REQUEST_KIND,
  cases: [
    {
      values: [0x5400],
      // TIOCSTI, TIOCLINUX and TIOCSETD.
      then: {
        type: "values",
        argument: 1,
        cases: [{ values: [0x5412, 0x541c, 0x5423], then: "EPERM" }],
        otherwise: "allow",
      },
    },
    // Sockets, and SECCOMP_IOCTL_NOTIF_*.
    { values: [0x8900, 0x2100], then: "allow" },
    // FS_IOC_GETFLAGS and FS_IOC_FIEMAP; FS_IOC_SETFLAGS.
    { values: [0x6600], then: fileRequest([0x80086601, 0xc020660b], 0x40086602) },
    // FS_IOC_FSGETXATTR; FS_IOC_FSSETXATTR.
    { values: [0x5800], then: fileRequest([0x801c581f], 0x401c5820) },
    // FICLONE, FICLONERANGE and FIDEDUPERANGE; no requests that create Btrfs volumes.
    { values: [0x9400], then: only(1, [0x40049409, 0x4020940d, 0xc0189436], "ENOTTY") },
  ],
  otherwise: "ENOTTY",
};

/**
 * MAP_HUGETLB, MFD_HUGETLB and SHM_HUGETLB. All processes of the host share one pool of huge pages,
 * which no memory limit counts. ENOMEM is also the error of an empty pool.
 */
const HUGE_PAGES = { mmap: 0x40000, memfd: 0x4, shm: 0o4000 };

/**
 * Options of prctl(2) that affect only the calling process: names, signals, dropped capabilities,
 * seccomp, speculation, arm64 vectors and pointer keys, PR_SET_PTRACER and PR_SET_VMA. Not allowed:
 * PR_SET_MM, which changes what `ps` shows; performance counters; machine checks; system call
 * dispatch; core scheduling; and page merging, which reveals the memory of others.
 */
const OPTIONS = [
  ...range(1, 4),
  ...[7, 8, 15, 16, ...range(21, 30), ...range(36, 42), 47],
  ...[...range(50, 56), 60, 61, ...range(63, 66), 68],
  ...[0x53564d41, 0x59616d61],
];

/** SCHED_OTHER, SCHED_BATCH and SCHED_IDLE, with and without SCHED_RESET_ON_FORK. */
const SCHEDULERS = [0, 3, 5].flatMap((policy) => [policy, 0x40000000 | policy]);

/** No class, the lower half of best effort, and idle: a process may only lower its priority. */
const IO_PRIORITIES = [0, ...range(0x4004, 0x4007), ...range(0x6000, 0x6007)];

/** PER_LINUX, PER_LINUX32, which changes a name in uname(2), and the value that only reads. */
const PERSONALITIES = [0, 8, 0xffffffff];

/** Rules by system call name. An allowed call without a rule is always allowed. */
export const argumentRules: Readonly<Record<string, Rule>> = {
  socket: SOCKETS,
  socketpair: SOCKETS,
  clone: { type: "bits", argument: 0, bits: NEW_NAMESPACES, set: "EPERM", clear: "allow" },
  ioctl: REQUESTS,
  prctl: only(0, OPTIONS, "EINVAL"),
  mmap: smallPages(3, HUGE_PAGES.mmap),
  memfd_create: smallPages(1, HUGE_PAGES.memfd),
  shmget: smallPages(2, HUGE_PAGES.shm),
  personality: only(0, PERSONALITIES, "EPERM"),
  sched_setscheduler: only(1, SCHEDULERS, "EPERM"),
  ioprio_set: only(2, IO_PRIORITIES, "EPERM"),
  chmod: plainMode(1),
  fchmod: plainMode(1),
  fchmodat: plainMode(2),
  fchmodat2: plainMode(2),
  mkdir: plainMode(1),
  mkdirat: plainMode(2),
  mknod: plainMode(1),
  mknodat: plainMode(2),
  creat: plainMode(1),
  open: plainModeIfCreated(1),
  openat: plainModeIfCreated(2),
  mq_open: plainModeIfCreated(1),
};

function only(argument: number, values: readonly number[], otherwise: Answer): Rule {
  return { type: "values", argument, cases: [{ values, then: "allow" }], otherwise };
}

function fileRequest(allowed: readonly number[], refused: number): Rule {
  return {
    type: "values",
    argument: 1,
    cases: [{ values: allowed, then: "allow" }, { values: [refused], then: "EPERM" }],
    otherwise: "ENOTTY",
  };
}

function smallPages(argument: number, bits: number): Rule {
  return { type: "bits", argument, bits, set: "ENOMEM", clear: "allow" };
}

/** Refuses set-user-ID and set-group-ID bits in a mode, see RestrictSUIDSGID= of systemd. */
function plainMode(argument: number): Rule {
  return { type: "bits", argument, bits: SET_ID_BITS, set: "EPERM", clear: "allow" };
}

/** Checks the mode only when the flags create a file; otherwise it is undefined. */
function plainModeIfCreated(argument: number): Rule {
  return { type: "bits", argument, bits: CREATES, set: plainMode(argument + 1), clear: "allow" };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
