import { join } from "node:path";
import {
  answer,
  branchOnBits,
  encode,
  type Fragment,
  load,
  mask,
  type Range,
  search,
} from "./bpf.ts";
import { argumentRules } from "./argument_rules.ts";
import { type Answer, ERRORS, type Rule } from "./filter_rule.ts";
import { systemCalls } from "./system_calls.ts";

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h. */
const ARCHITECTURES: Readonly<Record<typeof Deno.build.arch, number>> = {
  x86_64: 0xc000003e,
  aarch64: 0xc00000b7,
};

/** Offsets in `struct seccomp_data`. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const ARGUMENTS_AT = 16;

/** SECCOMP_RET_ALLOW and SECCOMP_RET_ERRNO. */
const ALLOW = 0x7fff0000;
const ERROR = 0x00050000;

/**
 * Returns the system call filter for bwrap(1). It allows the calls of the table, by their rules.
 * All other numbers, those of x32 and those of other architectures fail with ENOSYS. Calls that are
 * always allowed are decided before an argument is loaded, so that the kernel caches them in a
 * bitmap and skips the filter for them. Source: seccomp(2), kernel/seccomp.c.
 *
 * @example
 * ```ts
 * import { systemCallFilter } from "./system_call_filter.ts";
 * systemCallFilter("x86_64").length % 8; // 0
 * ```
 */
export function systemCallFilter(arch: typeof Deno.build.arch): Uint8Array<ArrayBuffer> {
  const actions = systemCalls().flatMap(({ name, answer, numbers }) => {
    const number = numbers[arch];
    const rule = answer === "allow" ? argumentRules[name] ?? answer : answer;
    return number === undefined ? [] : [{ value: number, rule }];
  });
  const architecture = ARCHITECTURES[arch];
  const unknown = compile("ENOSYS");
  return encode([
    load(ARCHITECTURE_AT),
    ...search([
      { from: 0, fragment: unknown },
      {
        from: architecture,
        fragment: [load(NUMBER_AT), ...search(toRanges(actions, "ENOSYS"))],
      },
      { from: architecture + 1, fragment: unknown },
    ]),
  ]);
}

/** Writes the filter for this machine into the caller's `directory`, and returns its path. */
export async function writeSystemCallFilter(directory: string): Promise<string> {
  const path = join(directory, "system-calls.bpf");
  await Deno.writeFile(path, systemCallFilter(Deno.build.arch), { mode: 0o644 });
  return path;
}

function compile(rule: Rule): Fragment {
  if (typeof rule === "string") return answer(toAction(rule));
  const at = ARGUMENTS_AT + 8 * rule.argument;
  if (rule.type === "bits") {
    return [load(at), ...branchOnBits(rule.bits, compile(rule.set), compile(rule.clear))];
  }
  const cases = rule.cases.flatMap(({ values, then }) =>
    values.map((value) => ({ value, rule: then }))
  );
  return [
    load(at),
    ...(rule.mask === undefined ? [] : [mask(rule.mask)]),
    ...search(toRanges(cases, rule.otherwise)),
  ];
}

/** Returns consecutive ranges with one rule each; gaps get the rule `otherwise`. */
function toRanges(
  cases: readonly { readonly value: number; readonly rule: Rule }[],
  otherwise: Rule,
): Range[] {
  const ranges: { readonly from: number; readonly rule: Rule }[] = [];
  const begin = (from: number, rule: Rule): void => {
    if (ranges.at(-1)?.rule !== rule) ranges.push({ from, rule });
  };
  let next = 0;
  for (const { value, rule } of cases.toSorted((one, other) => one.value - other.value)) {
    if (value > next) begin(next, otherwise);
    begin(value, rule);
    next = value + 1;
  }
  if (next <= 0xffffffff) begin(next, otherwise);
  return ranges.map(({ from, rule }) => ({ from, fragment: compile(rule) }));
}

function toAction(answer: Answer): number {
  return answer === "allow" ? ALLOW : ERROR | ERRORS[answer];
}
