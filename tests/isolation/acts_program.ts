import { systemCalls } from "../../lib/sandbox/system_calls.ts";
import type { Act } from "./system_call_acts.ts";

/** Common Perl code of the acts. */
const PRELUDE = String.raw`
use strict;
$| = 1;
sub c {
  my $name = shift;
  my $result = syscall($main::number{$name}, @_);
  return $result == -1 ? "error " . ($! + 0) : "ok";
}
sub cloned {
  my $name = shift;
  my $parent = $$;
  my $result = syscall($main::number{$name}, @_);
  if ($result == 0) { syscall($main::number{exit_group}, 0) }
  return $result == -1 ? "error " . ($! + 0) : "ok";
}
sub set_id {
  my ($answer, $path) = @_;
  my @seen = stat $path;
  my $has = @seen && ($seen[2] & 06000);
  chmod 0644, $path;
  return $answer eq "ok" ? ($has ? "set" : "not set") : $has ? "set after all" : $answer;
}
# The place of a string's bytes.
sub place { unpack "J", pack "P", $_[0] }
umask 0;
my $directory = "/tmp";
my ($file, $created, $opened, $node, $made) = map { "/tmp/act-$$-$_" } 1 .. 5;
my $nowhere = "/nowhere";
my ($type, $name, $secret) = ("user", "act-" . rand, "secret");
my ($letter, $zero) = ("x", pack("Q", 0));
my ($zeros, $buffer) = ("\0" x 256, "\0" x 4096);
my $handle = pack("Li", 128, 0) . "\0" x 128;
my $new_user = pack("Q8", 0x10000000, 0, 0, 0, 17, 0, 0, 0);
my $how = pack("Q3", 0101, 04755, 0);
my $attributes = pack("LLQlLQQQ", 48, 0, 0, 0, 0, 0, 0, 0);
# A counter of the software, of nothing, in user space alone.
my $counter = pack("LLQQQQQ", 1, 112, 9, 0, 0, 0, 0x62) . "\0" x 64;
my $part = pack("JJ", place($secret), 6);
my $own_part = pack("JJ", place($buffer), 6);
my $o_tmpfile = $main::is_arm ? 020040001 : 020200001;
open my $held, ">", $file or die "$file: $!";
open my $users, "<", "/proc/self/ns/user" or die $!;
open my $network, "<", "/proc/self/ns/net" or die $!;
my ($open_file, $own_users, $own_network) = map { fileno $_ } $held, $users, $network;
my $self = syscall($main::number{pidfd_open}, $$, 0);
# A child that does nothing, to be looked at; it ends with this process.
sub child {
  pipe my $reader, my $writer or die $!;
  my $child = fork;
  if ($child == 0) { close $writer; sysread $reader, my $end, 1; exit }
  push @main::held, $writer;
  return $child;
}
# The terminal of a session of its own.
sub terminal {
  require POSIX;
  POSIX::setsid();
  $SIG{HUP} = "IGNORE";
  open my $master, "+<", "/dev/ptmx" or die "ptmx: $!";
  my ($unlock, $index) = (pack("i", 0), pack("i", 0));
  syscall($main::number{ioctl}, fileno $master, 0x40045431, $unlock);
  syscall($main::number{ioctl}, fileno $master, 0x80045430, $index);
  open my $slave, "+<", "/dev/pts/" . unpack("i", $index) or die "pts: $!";
  push @main::held, $master, $slave;
  return fileno $slave;
}
# socket(40, 1, 0) of i386, by its interrupt: the kernel takes that from 64-bit programs as well.
sub by_interrupt {
  require DynaLoader;
  my $page = syscall($main::number{mmap}, 0, 4096, 7, 0x22, -1, 0);
  my $code = pack("H*", "53b867010000bb28000000b90100000031d2cd8048ba");
  $code .= pack("Q", $page + 512) . pack("H*", "89025bc3");
  pipe my $reader, my $writer or die $!;
  syswrite $writer, $code;
  syscall($main::number{read}, fileno $reader, $page, length $code);
  DynaLoader::dl_install_xsub("main::interrupt", $page);
  interrupt();
  syscall($main::number{write}, fileno $writer, $page + 512, 4);
  sysread $reader, my $result, 4;
  my $answer = unpack "i", $result;
  return $answer < 0 ? "error " . -$answer : "ok";
}
# Each in a process of its own: some change what they are made in.
sub act {
  my ($index, $code) = @_;
  my $process = fork;
  if ($process == 0) {
    unlink $created, $opened, $node;
    rmdir $made;
    print "$index ", $code->(), "\n";
    exit;
  }
  waitpid $process, 0;
  print "$index signal ", $? & 127, "\n" if $? & 127;
}
`;

/** Returns a perl(1) program that runs the acts and prints one line for each. */
export function actsProgram(acts: readonly Act[]): string {
  const numbers = systemCalls().flatMap(({ name, numbers }) => {
    const number = numbers[Deno.build.arch];
    return number === undefined ? [] : [`${name} => ${number}`];
  });
  return [
    `our %number = (${numbers.join(", ")});`,
    `our $is_arm = ${Deno.build.arch === "aarch64" ? 1 : 0};`,
    "our @held;",
    PRELUDE,
    ...acts.map(({ code }, index) => `act(${index}, sub { ${code} });`),
    "unlink $file, $created, $opened, $node; rmdir $made;",
  ].join("\n");
}
