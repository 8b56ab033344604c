/** Result of the filter for a system call: allow it, or fail with an error. */
export type Answer = "allow" | keyof typeof ERRORS;

/** Error numbers that are the same on x86-64 and arm64. Source: errno(3). */
export const ERRORS = {
  EPERM: 1,
  ENOMEM: 12,
  EINVAL: 22,
  ENOTTY: 25,
  ENOSYS: 38,
  EPROTONOSUPPORT: 93,
  ESOCKTNOSUPPORT: 94,
  EAFNOSUPPORT: 97,
} as const;

/**
 * A rule about the arguments of a system call. Rules see only the lower 32 bits of an argument; for
 * these calls, the kernel uses no more either.
 */
export type Rule =
  | Answer
  | {
    readonly type: "bits";
    readonly argument: number;
    readonly bits: number;
    /** Rule that applies when at least one of the bits is set. */
    readonly set: Rule;
    readonly clear: Rule;
  }
  | {
    readonly type: "values";
    readonly argument: number;
    /** Bits to compare; all when left out. */
    readonly mask?: number;
    readonly cases: readonly { readonly values: readonly number[]; readonly then: Rule }[];
    readonly otherwise: Rule;
  };
