import { systemCalls } from "../../lib/sandbox/system_calls.ts";

/** An attempt of native code, by its own system call. */
export interface Act {
  readonly what: string;
  /** Perl code that returns `ok`, `error` and a number, or another observation. */
  readonly code: string;
  /** Necessary calls; the act is skipped where the architecture lacks one. */
  readonly needs: readonly string[];
  /** Result with the filter. */
  readonly filtered: string;
  /** Result without the filter, if the kernel has the call. */
  readonly bare: readonly string[];
  /** Result without the filter and without the call; it proves nothing then. */
  readonly lacking?: readonly string[];
}

const EPERM = "error 1";
const EINVAL = "error 22";
const ENOSYS = "error 38";
const OK = ["ok"];

type Options = Partial<Pick<Act, "filtered" | "bare" | "lacking">>;

/** One call, `name, argument, …`; arguments may be variables of `actsProgram`. */
function call(what: string, line: string, options: Options = {}): Act {
  const [name = "", ...args] = line.split(/,\s*/);
  return {
    what,
    code: `c(${[`"${name}"`, ...args].join(", ")})`,
    needs: [name],
    filtered: EPERM,
    bare: OK,
    ...options,
  };
}

/** A call that leaves a child process when it succeeds. */
function cloning(what: string, line: string, options: Options = {}): Act {
  const [name = "", ...args] = line.split(/,\s*/);
  return { ...call(what, line, options), code: `cloned("${name}", ${args.join(", ")})` };
}

/** A call that sets a mode bit of `$file` or of a new file, and verifies it. */
function setId(what: string, line: string, path: string, options: Options = {}): Act {
  const one = call(what, line, options);
  return { ...one, bare: ["set"], code: `set_id(${one.code}, ${path})` };
}

/** Attempts of an ordinary user, most of which the kernel allows. */
export const userActs: readonly Act[] = [
  call("a socket of AF_VSOCK", "socket, 40, 1, 0", {
    filtered: "error 97",
    lacking: ["error 97"],
  }),
  {
    what: "a socket of AF_VSOCK by a call of i386",
    code: "by_interrupt()",
    needs: ["arch_prctl"],
    filtered: ENOSYS,
    bare: OK,
    lacking: ["signal 11", "error 97"],
  },
  call("a socket of AF_ALG", "socket, 38, 5, 0", { filtered: "error 97", lacking: ["error 97"] }),
  call("a socket of AF_PACKET", "socket, 17, 3, 0", {
    filtered: "error 97",
    bare: [EPERM],
    lacking: ["error 97"],
  }),
  call("a pair of sockets of AF_TIPC", "socketpair, 30, 2, 0, $buffer", {
    filtered: "error 97",
    bare: ["ok", "error 95"],
    lacking: ["error 97"],
  }),
  call("a netlink socket beside routes", "socket, 16, 3, 16", { filtered: "error 93" }),
  call("an SCTP socket", "socket, 2, 1, 132", { filtered: "error 93", lacking: ["error 93"] }),
  call("a ring of io_uring", "io_uring_setup, 1, $zeros", {
    filtered: ENOSYS,
    bare: ["ok", EPERM],
    lacking: [ENOSYS],
  }),
  call("a context of AIO", "io_setup, 1, $zero", { filtered: ENOSYS, lacking: [ENOSYS] }),
  call("unshare(CLONE_NEWUSER)", "unshare, 0x10000000"),
  cloning("clone(CLONE_NEWUSER)", "clone, 0x10000011, 0, 0, 0, 0"),
  cloning("clone3(CLONE_NEWUSER)", "clone3, $new_user, 64", {
    filtered: ENOSYS,
    lacking: [ENOSYS],
  }),
  call("setns to its own namespace of users", "setns, $own_users, 0", { bare: [EINVAL] }),
  call("the keyring of the session", "keyctl, 0, -3, 0"),
  call("a key in a keyring", "add_key, $type, $name, $secret, 6, -1"),
  call("a key by its name", "request_key, $type, $name, 0, 0", { bare: ["error 126"] }),
  call("userfaultfd", "userfaultfd, 1", { lacking: [ENOSYS] }),
  call("fanotify_init", "fanotify_init, 0x200, 0", { lacking: [ENOSYS] }),
  call("perf_event_open of itself", "perf_event_open, $counter, 0, -1, -1, 0", {
    bare: ["ok", "error 13"],
    lacking: [ENOSYS],
  }),
  call("ptrace attaches to a child", "ptrace, 16, child(), 0, 0"),
  call("process_vm_readv of a child", "process_vm_readv, child(), $own_part, 1, $part, 1, 0"),
  call("process_vm_writev of a child", "process_vm_writev, child(), $own_part, 1, $part, 1, 0"),
  call("kcmp", "kcmp, $$, $$, 0, 0, 0", { lacking: [ENOSYS] }),
  call("pidfd_getfd", "pidfd_getfd, $self, 0, 0", { lacking: [ENOSYS] }),
  call("process_madvise", "process_madvise, -1, $part, 1, 20, 0", {
    bare: ["error 9"],
    lacking: [ENOSYS],
  }),
  call("mbind", "mbind, 0, 0, 0, 0, 0, 0", { lacking: [ENOSYS] }),
  call("set_mempolicy", "set_mempolicy, 0, 0, 0", { lacking: [ENOSYS] }),
  call("move_pages", "move_pages, 0, 0, 0, 0, 0, 0", { lacking: [ENOSYS] }),
  call("personality(ADDR_NO_RANDOMIZE)", "personality, 0x40000"),
  call("sched_setscheduler(SCHED_DEADLINE)", "sched_setscheduler, 0, 6, $zeros", {
    bare: [EINVAL, EPERM],
    lacking: [EPERM],
  }),
  call("sched_setattr", "sched_setattr, 0, $attributes, 0", { filtered: ENOSYS }),
  call("ioprio_set to the first of its class", "ioprio_set, 1, 0, 0x4000"),
  call("prctl(PR_SET_SYSCALL_USER_DISPATCH)", "prctl, 59, 0, 0, 0, 0", {
    filtered: EINVAL,
    lacking: [EINVAL],
  }),
  call("prctl(PR_SET_MEMORY_MERGE)", "prctl, 67, 1, 0, 0, 0", {
    filtered: EINVAL,
    lacking: [EINVAL],
  }),
  call("TIOCSTI on its terminal", "ioctl, terminal(), 0x5412, $letter", {
    bare: ["ok", "error 5"],
  }),
  call("TIOCLINUX", "ioctl, terminal(), 0x541c, $letter", { bare: ["error 25"] }),
  call("TIOCSETD", "ioctl, terminal(), 0x5423, $zeros"),
  call("the project of a file", "ioctl, $open_file, 0x401c5820, $zeros", {
    bare: ["ok", "error 25", "error 95"],
  }),
  call("a request that no open file needs", "ioctl, $own_network, 0xb701, 0", {
    filtered: "error 25",
  }),
  call("huge pages", "memfd_create, $name, 4", { filtered: "error 12", lacking: [EINVAL] }),
  call("name_to_handle_at", "name_to_handle_at, -100, $file, $handle, $buffer, 0", {
    bare: ["ok", "error 95"],
  }),
  call("open_tree", "open_tree, -100, $file, 0", { lacking: [ENOSYS] }),
  call("quotactl", "quotactl, 0x7fffff00, 0, 0, 0", {
    bare: ["error 19", EINVAL],
    lacking: [ENOSYS],
  }),
  call("adjtimex", "adjtimex, $zeros"),
  call("sync", "sync"),
  call("syncfs", "syncfs, $open_file"),
  call("modify_ldt", "modify_ldt, 0, $buffer, 16", { filtered: ENOSYS, lacking: [ENOSYS] }),
  call("iopl", "iopl, 4", { bare: [EINVAL], lacking: [ENOSYS] }),

  ...[0o4755, 0o2755].flatMap((mode) => {
    const bits = `0${mode.toString(8)}`;
    return [
      setId(`chmod ${bits}`, `chmod, $file, ${bits}`, "$file"),
      setId(`fchmod ${bits}`, `fchmod, $open_file, ${bits}`, "$file"),
      setId(`fchmodat ${bits}`, `fchmodat, -100, $file, ${bits}`, "$file"),
      setId(`fchmodat2 ${bits}`, `fchmodat2, -100, $file, ${bits}, 0`, "$file", {
        lacking: [ENOSYS],
      }),
      setId(`creat ${bits}`, `creat, $created, ${bits}`, "$created"),
      setId(`open ${bits}`, `open, $opened, 0101, ${bits}`, "$opened"),
      setId(`openat ${bits}`, `openat, -100, $opened, 0101, ${bits}`, "$opened"),
      setId(`mknod ${bits}`, `mknod, $node, 010${bits.slice(1)}, 0`, "$node"),
      setId(`mknodat ${bits}`, `mknodat, -100, $node, 010${bits.slice(1)}, 0`, "$node"),
      call(`mkdir ${bits}`, `mkdir, $made, ${bits}`),
      call(`mkdirat ${bits}`, `mkdirat, -100, $made, ${bits}`),
      call(`a file without a name, ${bits}`, `openat, -100, $directory, $o_tmpfile, ${bits}`),
    ];
  }),
  setId("openat2 04755", "openat2, -100, $opened, $how, 24", "$opened", {
    filtered: ENOSYS,
    lacking: [ENOSYS],
  }),
];

/** Attempts that need root; as root, they fail for another reason, without effect. */
export const rootActs: readonly Act[] = [
  call("setns to a network", "setns, $own_network, 0"),
  call("mount", "mount, 0, 0, 0, 0, 0", { bare: ["error 14"] }),
  call("umount2", "umount2, $nowhere, 0", { bare: ["error 2"] }),
  call("move_mount", "move_mount, -1, $nowhere, -1, $nowhere, 0x1000", { bare: [EINVAL] }),
  call("fsopen", "fsopen, $nowhere, 0", { bare: ["error 19"] }),
  call("pivot_root", "pivot_root, $nowhere, $nowhere", { bare: ["error 2"] }),
  call("chroot", "chroot, $nowhere", { bare: ["error 2"] }),
  call("open_by_handle_at", "open_by_handle_at, -1, $handle, 0", { bare: ["error 9"] }),
  call("bpf", "bpf, 0, $zeros, 48", { bare: [EINVAL] }),
  call("syslog", "syslog, 99, 0, 0", { bare: [EINVAL] }),
  call("swapon", "swapon, $nowhere, 0", { bare: ["error 2"] }),
  call("swapoff", "swapoff, $nowhere", { bare: ["error 2"] }),
  call("reboot", "reboot, 0, 0, 0, 0", { bare: [EINVAL] }),
  call("kexec_load", "kexec_load, 0, 0, 0, -1", { bare: [EINVAL], lacking: [ENOSYS] }),
  call("init_module", "init_module, 0, 0, 0", {
    bare: ["error 2", "error 8", "error 14"],
    lacking: [ENOSYS],
  }),
  call("delete_module", "delete_module, $nowhere, 0", { bare: ["error 2"], lacking: [ENOSYS] }),
  call("acct", "acct, $nowhere", { bare: ["error 2"], lacking: [ENOSYS] }),
  call("settimeofday", "settimeofday, 1, 0", { bare: ["error 14"] }),
  call("clock_settime", "clock_settime, 0, 0", { bare: ["error 14"] }),
  call("sethostname", "sethostname, $nowhere, -1", { bare: [EINVAL] }),
];

/** Acts whose calls exist on this architecture. */
export function availableActs(acts: readonly Act[]): Act[] {
  const known = new Set(
    systemCalls().filter(({ numbers }) => numbers[Deno.build.arch] !== undefined)
      .map(({ name }) => name),
  );
  return acts.filter(({ needs }) => needs.every((name) => known.has(name)));
}
