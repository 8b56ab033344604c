import type { Run } from "../system/run.ts";
import type { Probe } from "./finding.ts";

/** Filter that allows everything, `SECCOMP_RET_ALLOW`, in octal: arguments can't contain NUL. */
const PROGRAM = String.raw`\006\000\000\000\000\000\377\177`;

/**
 * Mounts that `true` needs. With all of `/`, bwrap visits each mount below it, and fails when
 * another supervisor removes a namespace at the same time.
 */
const MOUNTS = [
  "--ro-bind /usr /usr",
  ...["lib", "lib64", "bin"].map((name) => `--symlink usr/${name} /${name}`),
].join(" ");

/** Command that loads a minimal system call filter in the way that bwrap(1) loads the real one. */
export const SECCOMP_PROBE: readonly string[] = [
  ...["sh", "-c", `printf '${PROGRAM}' | exec bwrap ${MOUNTS} --seccomp 0 -- true`],
];

/** Tests that {@linkcode SECCOMP_PROBE} succeeds. */
export function seccompProbe(run: Run): Probe<string> {
  return {
    layer: "filter",
    async probe() {
      await run(SECCOMP_PROBE);
      return "bubblewrap filters system calls (seccomp)";
    },
    remedy:
      "Use a kernel with CONFIG_SECCOMP_FILTER; in a container, allow seccomp(2) in the container's seccomp profile",
  };
}
