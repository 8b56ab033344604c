import type { Answer } from "./filter_rule.ts";

/** System calls with the same subject, answer and reason. */
export interface SystemCallGroup {
  readonly subject: string;
  readonly why: string;
  readonly answer: Answer;
  /** Name of each call, its numbers on x86-64 and on arm64, or `-` where it does not exist. */
  readonly calls: string;
}

/** One system call. A number is missing where the architecture lacks the call. */
export interface SystemCall {
  readonly name: string;
  readonly answer: Answer;
  readonly numbers: Readonly<Record<typeof Deno.build.arch, number | undefined>>;
}

/**
 * All system calls that the filter knows. Any other fails with ENOSYS, as on a kernel without it,
 * and libraries then use an older call. A refused call fails with EPERM where programs expect that
 * without privileges. Calls whose arguments matter also have a rule, see `argumentRules`. Source of
 * the numbers: asm/unistd_64.h and asm-generic/unistd.h of Linux.
 */
export const systemCallGroups: readonly SystemCallGroup[] = [
  {
    subject: "opening and naming files",
    why: "Mounts and the user limit which files they reach. Rules refuse set-user-ID bits.",
    answer: "allow",
    calls: `
      open 2 -, close 3 57, stat 4 -, fstat 5 80, lstat 6 -, access 21 -, truncate 76 45,
      ftruncate 77 46, getdents 78 -, getcwd 79 17, chdir 80 49, fchdir 81 50, rename 82 -,
      mkdir 83 -, rmdir 84 -, creat 85 -, link 86 -, unlink 87 -, symlink 88 -, readlink 89 -,
      chmod 90 -, fchmod 91 52, chown 92 -, fchown 93 55, lchown 94 -, umask 95 166,
      utime 132 -, mknod 133 -, statfs 137 43, fstatfs 138 44, setxattr 188 5, lsetxattr 189 6,
      fsetxattr 190 7, getxattr 191 8, lgetxattr 192 9, fgetxattr 193 10, listxattr 194 11,
      llistxattr 195 12, flistxattr 196 13, removexattr 197 14, lremovexattr 198 15,
      fremovexattr 199 16, getdents64 217 61, utimes 235 -, inotify_init 253 -,
      inotify_add_watch 254 27, inotify_rm_watch 255 28, openat 257 56, mkdirat 258 34,
      mknodat 259 33, fchownat 260 54, futimesat 261 -, newfstatat 262 79, unlinkat 263 35,
      renameat 264 38, linkat 265 37, symlinkat 266 36, readlinkat 267 78, fchmodat 268 53,
      faccessat 269 48, utimensat 280 88, inotify_init1 294 26, renameat2 316 276,
      statx 332 291, close_range 436 436, faccessat2 439 439, fchmodat2 452 452`,
  },
  {
    subject: "reading, writing and waiting for open files",
    why: "They use files that are already open.",
    answer: "allow",
    calls: `
      read 0 63, write 1 64, poll 7 -, lseek 8 62, ioctl 16 29, pread64 17 67, pwrite64 18 68,
      readv 19 65, writev 20 66, pipe 22 -, select 23 -, dup 32 23, dup2 33 -, sendfile 40 71,
      fcntl 72 25, flock 73 32, fsync 74 82, fdatasync 75 83, readahead 187 213,
      epoll_create 213 -, fadvise64 221 223, epoll_wait 232 -, epoll_ctl 233 21,
      pselect6 270 72, ppoll 271 73, splice 275 76, tee 276 77, sync_file_range 277 84,
      vmsplice 278 75, epoll_pwait 281 22, signalfd 282 -, eventfd 284 -, fallocate 285 47,
      signalfd4 289 74, eventfd2 290 19, epoll_create1 291 20, dup3 292 24, pipe2 293 59,
      preadv 295 69, pwritev 296 70, copy_file_range 326 285, preadv2 327 286, pwritev2 328 287,
      epoll_pwait2 441 441`,
  },
  {
    subject: "memory",
    why: "A process changes only its own memory, and the control group limits it.",
    answer: "allow",
    calls: `
      mmap 9 222, mprotect 10 226, munmap 11 215, brk 12 214, mremap 25 216, msync 26 227,
      mincore 27 232, madvise 28 233, mlock 149 228, munlock 150 229, mlockall 151 230,
      munlockall 152 231, memfd_create 319 279, membarrier 324 283, mlock2 325 284,
      pkey_mprotect 329 288, pkey_alloc 330 289, pkey_free 331 290, map_shadow_stack 453 453,
      mseal 462 462`,
  },
  {
    subject: "processes and threads",
    why:
      "The process namespace shows only the function's processes; the control group limits them.",
    answer: "allow",
    calls: `
      sched_yield 24 124, getpid 39 172, clone 56 220, fork 57 -, vfork 58 -, execve 59 221,
      exit 60 93, wait4 61 260, getrlimit 97 163, getrusage 98 165, times 100 153,
      setpgid 109 154, getppid 110 173, getpgrp 111 -, setsid 112 157, getpgid 121 155,
      getsid 124 156, personality 135 92, getpriority 140 141, setpriority 141 140,
      sched_setparam 142 118, sched_getparam 143 121, sched_setscheduler 144 119,
      sched_getscheduler 145 120, sched_get_priority_max 146 125,
      sched_get_priority_min 147 126, sched_rr_get_interval 148 127, prctl 157 167,
      arch_prctl 158 -, setrlimit 160 164, gettid 186 178, futex 202 98,
      sched_setaffinity 203 122, sched_getaffinity 204 123, set_tid_address 218 96,
      restart_syscall 219 128, exit_group 231 94, waitid 247 95, ioprio_set 251 30,
      ioprio_get 252 31, set_robust_list 273 99, get_robust_list 274 100, prlimit64 302 261,
      getcpu 309 168, sched_getattr 315 275, execveat 322 281, rseq 334 293,
      pidfd_send_signal 424 424, pidfd_open 434 434, futex_waitv 449 449, futex_wake 454 454,
      futex_wait 455 455, futex_requeue 456 456`,
  },
  {
    subject: "signals",
    why: "They reach only processes of the same process namespace.",
    answer: "allow",
    calls: `
      rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, pause 34 -, alarm 37 -,
      kill 62 129, rt_sigpending 127 136, rt_sigtimedwait 128 137, rt_sigqueueinfo 129 138,
      rt_sigsuspend 130 133, sigaltstack 131 132, tkill 200 130, tgkill 234 131,
      rt_tgsigqueueinfo 297 240`,
  },
  {
    subject: "users and rights",
    why: "setpriv(1) needs them to drop root. Without capabilities, they can only drop more.",
    answer: "allow",
    calls: `
      getuid 102 174, getgid 104 176, setuid 105 146, setgid 106 144, geteuid 107 175,
      getegid 108 177, setreuid 113 145, setregid 114 143, getgroups 115 158, setgroups 116 159,
      setresuid 117 147, getresuid 118 148, setresgid 119 149, getresgid 120 150,
      setfsuid 122 151, setfsgid 123 152, capget 125 90, capset 126 91, seccomp 317 277,
      landlock_create_ruleset 444 444, landlock_add_rule 445 445, landlock_restrict_self 446 446`,
  },
  {
    subject: "sockets",
    why: "The network namespace and its firewall limit whom they reach; rules limit their types.",
    answer: "allow",
    calls: `
      socket 41 198, connect 42 203, accept 43 202, sendto 44 206, recvfrom 45 207,
      sendmsg 46 211, recvmsg 47 212, shutdown 48 210, bind 49 200, listen 50 201,
      getsockname 51 204, getpeername 52 205, socketpair 53 199, setsockopt 54 208,
      getsockopt 55 209, accept4 288 242, recvmmsg 299 243, sendmmsg 307 269`,
  },
  {
    subject: "time",
    why: "They read clocks, and never set them.",
    answer: "allow",
    calls: `
      nanosleep 35 101, getitimer 36 102, setitimer 38 103, gettimeofday 96 169, time 201 -,
      timer_create 222 107, timer_settime 223 110, timer_gettime 224 108,
      timer_getoverrun 225 109, timer_delete 226 111, clock_gettime 228 113,
      clock_getres 229 114, clock_nanosleep 230 115, timerfd_create 283 85,
      timerfd_settime 286 86, timerfd_gettime 287 87`,
  },
  {
    subject: "messages between processes",
    why: "They use the function's own IPC namespace, which is removed with it.",
    answer: "allow",
    calls: `
      shmget 29 194, shmat 30 196, shmctl 31 195, semget 64 190, semop 65 193, semctl 66 191,
      shmdt 67 197, msgget 68 186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187,
      semtimedop 220 192, mq_open 240 180, mq_unlink 241 181, mq_timedsend 242 182,
      mq_timedreceive 243 183, mq_notify 244 184, mq_getsetattr 245 185`,
  },
  {
    subject: "facts about the system",
    why: "/proc and uname(1) show the same.",
    answer: "allow",
    calls: `
      uname 63 160, sysinfo 99 179, getrandom 318 278`,
  },
  {
    subject: "namespaces, mounts and roots",
    why:
      "A new namespace grants all capabilities inside it, so code can attack more of the kernel.",
    answer: "EPERM",
    calls: `
      pivot_root 155 41, chroot 161 51, mount 165 40, umount2 166 39, unshare 272 97,
      setns 308 268, open_tree 428 428, move_mount 429 429, fsopen 430 430, fsconfig 431 431,
      fsmount 432 432, fspick 433 433, mount_setattr 442 442, open_tree_attr 467 467`,
  },
  {
    subject: "keyrings",
    why: "No namespace separates them: all functions would share the supervisor's session keyring.",
    answer: "EPERM",
    calls: `
      add_key 248 217, request_key 249 218, keyctl 250 219`,
  },
  {
    subject: "other processes' memory and files",
    why: "Only debuggers need them, and a filter can't see which process they target.",
    answer: "EPERM",
    calls: `
      ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, kcmp 312 272,
      pidfd_getfd 438 438, process_madvise 440 440, process_mrelease 448 448`,
  },
  {
    subject: "memory nodes",
    why: "They move pages between nodes, and had many bugs in the kernel.",
    answer: "EPERM",
    calls: `
      mbind 237 235, set_mempolicy 238 237, get_mempolicy 239 236, migrate_pages 256 238,
      move_pages 279 239, set_mempolicy_home_node 450 450`,
  },
  {
    subject: "observing the kernel and its files",
    why: "They can observe or delay other processes.",
    answer: "EPERM",
    calls: `
      syslog 103 116, lookup_dcookie 212 18, perf_event_open 298 241, fanotify_init 300 262,
      fanotify_mark 301 263, bpf 321 280, userfaultfd 323 282`,
  },
  {
    subject: "files by handle",
    why: "A handle reaches files that mounts hide.",
    answer: "EPERM",
    calls: `
      name_to_handle_at 303 264, open_by_handle_at 304 265`,
  },
  {
    subject: "the machine",
    why: "Its clock, modules, power, disks and names belong to the operator.",
    answer: "EPERM",
    calls: `
      vhangup 153 58, adjtimex 159 171, acct 163 89, settimeofday 164 170, swapon 167 224,
      swapoff 168 225, reboot 169 142, sethostname 170 161, setdomainname 171 162, iopl 172 -,
      ioperm 173 -, init_module 175 105, delete_module 176 106, quotactl 179 60,
      clock_settime 227 112, kexec_load 246 104, clock_adjtime 305 266, finit_module 313 273,
      kexec_file_load 320 294, quotactl_fd 443 443`,
  },
  {
    subject: "all disks",
    why: "They also flush the data of others. fsync flushes only one file.",
    answer: "EPERM",
    calls: `
      sync 162 81, syncfs 306 267`,
  },
  {
    subject: "arguments that a filter can't see",
    why: "Their arguments are in memory, which a filter can't read. Libraries use the older call.",
    answer: "ENOSYS",
    calls: `
      sched_setattr 314 274, clone3 435 435, openat2 437 437`,
  },
  {
    subject: "another way to make system calls",
    why: "The filter does not see the operations of a ring.",
    answer: "ENOSYS",
    calls: `
      io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427`,
  },
  {
    subject: "a limit of the whole host",
    why: "A function could use up all requests that the host allows (fs.aio-max-nr).",
    answer: "ENOSYS",
    calls: `
      io_setup 206 0, io_destroy 207 1, io_getevents 208 4, io_submit 209 2, io_cancel 210 3,
      io_pgetevents 333 292`,
  },
  {
    subject: "what kernels may lack",
    why:
      "Programs work without them; each has been used to attack the kernel, or to bypass a quota.",
    answer: "ENOSYS",
    calls: `
      uselib 134 -, ustat 136 -, sysfs 139 -, modify_ldt 154 -, remap_file_pages 216 234,
      memfd_secret 447 447, cachestat 451 451, file_getattr 468 468, file_setattr 469 469`,
  },
];

/**
 * Returns all calls of the table.
 *
 * @example
 * ```ts
 * import { systemCalls } from "./system_calls.ts";
 * systemCalls().find(({ name }) => name === "openat");
 * // { name: "openat", answer: "allow", numbers: { x86_64: 257, aarch64: 56 } }
 * ```
 */
export function systemCalls(): SystemCall[] {
  return systemCallGroups.flatMap(({ answer, calls }) =>
    calls.split(",").map((call) => {
      const [name = "", x86 = "", arm = ""] = call.trim().split(" ");
      return { name, answer, numbers: { x86_64: toNumber(x86), aarch64: toNumber(arm) } };
    })
  );
}

function toNumber(text: string): number | undefined {
  return text === "-" ? undefined : Number(text);
}
