import { SANDBOX_PERL } from "./landlock.ts";

/** Directory in memory (tmpfs) of the socket of an instance's inspector. */
const INSPECTOR_DIRECTORY = "/ddsrv/inspector";

/** The inspector of an instance that a person debugs, as its sandbox sees it. */
export interface InspectorRelay {
  /** Path of the Unix socket on which the supervisor reaches it. */
  readonly socket: string;
  /** Its port on loopback. */
  readonly port: number;
}

/** Ports of inspectors: above the range from which Linux takes ports for outgoing connections. */
const PORTS = [61_229, 61_230] as const;

/**
 * Returns the port of an inspector in the network namespace of an instance: never the port of the
 * function.
 *
 * @example
 * ```ts
 * import { inspectorPort } from "./inspector_relay.ts";
 * inspectorPort(3000); // 61229
 * ```
 */
export function inspectorPort(functionPort: number): number {
  return functionPort === PORTS[0] ? PORTS[1] : PORTS[0];
}

/**
 * Returns the inspector of an instance. The kernel lists the Unix sockets of all functions by path, so
 * `id` is unique.
 */
export function inspectorRelay(id: string, functionPort: number): InspectorRelay {
  const socket = `${INSPECTOR_DIRECTORY}/${id}.sock`;
  return { socket, port: inspectorPort(functionPort) };
}

/**
 * Arguments: path of the socket, port, and after `--` the command. Two forks make the relay a child of
 * the sandbox's first process, so that it ends with the sandbox and is no child of the command. Deno
 * opens its inspector some time after the first connection may come, so a connection waits for it.
 * Numbers: AF_UNIX and SOCK_STREAM are 1, AF_INET is 2 (linux/socket.h).
 */
const SCRIPT = `
sub start { return fork() // die "Cannot start the relay of the inspector: $!\\n" }
my ($path, $port) = splice @ARGV, 0, 2;
shift;
my $listener;
socket($listener, 1, 1, 0) && bind($listener, pack("S Z*", 1, $path)) && listen($listener, 16)
  or die "Cannot open the inspector's socket: $!\\n";
my $child = start();
if (!$child) {
  exit if start();
  open STDIN, "<", "/dev/null";
  open STDOUT, ">", "/dev/null";
  open STDERR, ">", "/dev/null";
  $SIG{CHLD} = "IGNORE";
  while (accept(my $client, $listener)) {
    my $served = fork;
    # At its limit of processes, the function gets no further debugger.
    next if $served || !defined $served;
    close $listener;
    my $inspector;
    for (1 .. 200) {
      socket($inspector, 2, 1, 0) or exit;
      last if connect($inspector, pack("S n C4 x8", 2, $port, 127, 0, 0, 1));
      close $inspector;
      undef $inspector;
      select(undef, undef, undef, 0.05);
    }
    exit if !$inspector;
    my ($from, $to) = start() ? ($client, $inspector) : ($inspector, $client);
    while (my $length = sysread($from, my $bytes, 65536)) {
      for (my $at = 0; $at < $length;) {
        $at += syswrite($to, $bytes, $length - $at, $at) // exit;
      }
    }
    shutdown($to, 1);
    exit;
  }
  exit;
}
close $listener;
waitpid $child, 0;
exit 1 if $?;
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";
`;

/**
 * Returns a command that makes the inspector of `command` reachable on a Unix socket, and then
 * becomes `command`. Only processes in the network namespace of an instance reach its loopback; the
 * supervisor opens the socket below `/proc/PID/root`. The relay copies bytes and reads nothing.
 */
export function relayCommand(
  { socket, port }: InspectorRelay,
  command: readonly string[],
): string[] {
  return [SANDBOX_PERL, "-e", SCRIPT, socket, String(port), "--", ...command];
}
