/** Path of the host's perl(1) inside a sandbox with Landlock. */
export const SANDBOX_PERL = "/ddsrv/perl";

/** Path of perl on every distribution; in Debian its package is essential. */
export const HOST_PERL = "/usr/bin/perl";

/** Access that a rule grants below a path. */
export type LandlockAccess =
  /** List directories. */
  | "list"
  /** Read files, and list directories. */
  | "read"
  /** Read and write existing files, for devices. */
  | "use"
  /** Everything except execute. */
  | "write";

/** Rule for one path, as the sandbox names it. */
export interface LandlockRule {
  readonly path: string;
  readonly access: LandlockAccess;
  readonly isExecutable: boolean;
}

/**
 * File rights, each with the first version of the Landlock interface (ABI) that has it, see
 * landlock(7). The order is that of their bits in linux/landlock.h.
 */
const RIGHTS = [
  ["execute", 1],
  ["write_file", 1],
  ["read_file", 1],
  ["read_dir", 1],
  ["remove_dir", 1],
  ["remove_file", 1],
  ["make_char", 1],
  ["make_dir", 1],
  ["make_reg", 1],
  ["make_sock", 1],
  ["make_fifo", 1],
  ["make_block", 1],
  ["make_sym", 1],
  ["refer", 2],
  ["truncate", 3],
  ["ioctl_dev", 5],
] as const;

type Right = typeof RIGHTS[number][0];

const READ: readonly Right[] = ["read_file", "read_dir"];

const GRANTED: Readonly<Record<LandlockAccess, readonly Right[]>> = {
  list: ["read_dir"],
  read: READ,
  use: [...READ, "write_file", "truncate", "ioctl_dev"],
  write: RIGHTS.map(([right]) => right).filter((right) =>
    !["execute", "make_char", "make_block", "ioctl_dev"].includes(right)
  ),
};

/** Rights that a rule for a file may have; the others are for directories. */
const OF_FILES: readonly Right[] = [
  ...["execute", "write_file", "read_file", "truncate", "ioctl_dev"] as const,
];

/** First version that restricts abstract sockets and signals, and the bits for both. */
const SCOPE_VERSION = 6;
const SCOPE = 3;

/** Supported rights by version: the kernel refuses a rule with others. */
const KNOWN = [1, 2, 3, 4, 5].map((version) =>
  bits(RIGHTS.filter(([, since]) => since <= version).map(([right]) => right))
);

/**
 * Arguments: 1 to wait for a byte on the standard input, or 0; pairs of rights and a path up to `--`;
 * the command. Without the byte, the command does not run. The numbers of the three
 * system calls are the same on every architecture: landlock_create_ruleset(2), landlock_add_rule(2)
 * and landlock_restrict_self(2). When a call fails, the command does not run.
 */
const SCRIPT = `
my $waits = shift;
my $v = syscall(444, 0, 0, 1);
die "Landlock: $!\\n" if $v < 1;
my $known = (${KNOWN.join(", ")})[$v > ${KNOWN.length} ? ${KNOWN.length - 1} : $v - 1];
my $attr = $v >= ${SCOPE_VERSION} ? pack("QQQ", $known, 0, ${SCOPE}) : pack("Q", $known);
my $set = syscall(444, $attr, length $attr, 0);
die "landlock_create_ruleset: $!\\n" if $set < 0;
while (($_ = shift) ne "--") {
  my $path = shift;
  # O_PATH; what is not there needs no rule.
  sysopen(my $file, $path, 0x200000) or $! == 2 ? next : die "$path: $!\\n";
  my $rights = $_ & $known & (-d $file ? ~0 : ${bits(OF_FILES)});
  my $rule = pack("Ql", $rights, fileno $file);
  syscall(445, $set, 1, $rule, 0) == 0 or die "landlock_add_rule $path: $!\\n";
}
syscall(446, $set, 0) == 0 or die "landlock_restrict_self: $!\\n";
$SIG{$_} = "DEFAULT" for "INT", "QUIT";
exit if $waits && !sysread(STDIN, my $go, 1);
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";
`;

/**
 * Returns a command that gives up all file access without a rule, also for its children, see
 * landlock(7). This second layer protects files if a mount allows too much. Debian has no program
 * for it, so perl(1) makes the system calls. It needs no-new-privs, and runs after all mounts,
 * because it allows no new ones. With `isParked`, it then waits for a byte on the standard input
 * before it executes the command, and exits at the end of the input.
 */
export function landlockCommand(
  rules: readonly LandlockRule[],
  command: readonly string[],
  { isParked = false }: { readonly isParked?: boolean | undefined } = {},
): string[] {
  const pairs = rules.flatMap(({ path, access, isExecutable }) => {
    const rights = bits([...GRANTED[access], ...isExecutable ? ["execute"] as const : []]);
    return [String(rights), path];
  });
  return [SANDBOX_PERL, "-e", SCRIPT, isParked ? "1" : "0", ...pairs, "--", ...command];
}

/** Command that exits with 0 if Landlock is available to this user. */
export const LANDLOCK_PROBE: readonly string[] = [
  ...[HOST_PERL, "-e", 'die "$!\\n" if syscall(444, 0, 0, 1) < 1'],
];

function bits(rights: readonly Right[]): number {
  return rights.reduce(
    (sum, right) => sum + 2 ** RIGHTS.findIndex(([name]) => name === right),
    0,
  );
}
