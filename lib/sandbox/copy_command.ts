import { SANDBOX_PERL } from "./landlock.ts";

/** A copy that is made inside the sandbox before the command starts. */
export interface FileCopy {
  readonly source: string;
  readonly target: string;
}

/**
 * Arguments: pairs of a source and a new file up to `--`, then the command. A copy that fails is
 * removed, so that the command finds a complete file or none.
 */
const SCRIPT = `
while (($_ = shift) ne "--") {
  my ($source, $target) = ($_, shift);
  local $/;
  open(my $in, "<", $source) or next;
  my $bytes = <$in>;
  open(my $out, ">", $target) or next;
  my $done = print $out $bytes;
  close($out) && $done or unlink $target;
}
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";
`;

/**
 * Returns a command that first copies small files inside the sandbox, with the perl(1) that
 * Landlock needs: bwrap(1) can copy only from file descriptors.
 */
export function copyCommand(copies: readonly FileCopy[], command: readonly string[]): string[] {
  if (copies.length === 0) return [...command];
  const pairs = copies.flatMap(({ source, target }) => [source, target]);
  return [SANDBOX_PERL, "-e", SCRIPT, ...pairs, "--", ...command];
}
