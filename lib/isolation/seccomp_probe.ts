/** One instruction that allows everything, `SECCOMP_RET_ALLOW`, in octal: no argument holds a NUL. */
const PROGRAM = String.raw`\006\000\000\000\000\000\377\177`;

/**
 * All that `true` needs. With the whole of `/`, bwrap goes through each mount below it, and fails when
 * another supervisor's namespace goes meanwhile.
 */
const MOUNTS = [
  "--ro-bind /usr /usr",
  ...["lib", "lib64", "bin"].map((name) => `--symlink usr/${name} /${name}`),
].join(" ");

/** Loads the smallest filter of system calls as bwrap(1) loads the real one. */
export const SECCOMP_PROBE: readonly string[] = [
  ...["sh", "-c", `printf '${PROGRAM}' | exec bwrap ${MOUNTS} --seccomp 0 -- true`],
];

/** Result of the probe when the filter loads. */
export const SECCOMP_FOUND = "system calls are filtered (seccomp)";

/** Remedy when the filter does not load. */
export const SECCOMP_REMEDY =
  "Run a kernel with CONFIG_SECCOMP_FILTER, in a container whose own filter allows seccomp(2)";
