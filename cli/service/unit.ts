import { ExitCode } from "../exit_code.ts";

/** What a unit is made from. */
export interface UnitFacts {
  /** Absolute path of the functions directory. */
  readonly functionsDirectory: string;
  /** What runs this ddsrv: a program by its absolute path, and its first arguments. */
  readonly command: readonly string[];
  /** Where Deno finds the modules of a checkout; a package has its own with it. */
  readonly denoDirectory?: string | undefined;
}

/** The first line of units that `install-service` may write over. */
export const UNIT_MARK = "# Made by: ddsrv install-service";

/**
 * The text of a systemd unit, systemd.service(5) and systemd.exec(5), for systemd 247 and later.
 * Each choice stands beside its reason, because people read units when something does not work.
 */
export function unitText(facts: UnitFacts): string {
  const { functionsDirectory, command, denoDirectory } = facts;
  const start = [...command, "serve", functionsDirectory].map(quoteArgument).join(" ");
  return `${UNIT_MARK}
# Changes belong in a drop-in, which "systemctl edit ddsrv" makes: this file is written anew.

[Unit]
Description=ddsrv, a server for each folder
# Functions look up names and open connections as soon as they start.
Wants=network-online.target
# Other firewalls may flush everybody's tables when they start.
After=network-online.target nss-lookup.target nftables.service firewalld.service ufw.service docker.service

[Service]
# It says when it listens and has looked at all folders, and how its functions are.
Type=notify
NotifyAccess=main
ExecStart=${start}
ExecReload=/bin/kill -HUP $MAINPID
# Its own settings, such as SERVICE_PORT=80; ddsrv serve --help names them.
EnvironmentFile=-/etc/default/ddsrv
${denoLines(denoDirectory)}
SyslogIdentifier=ddsrv

# One that does not move is ended and started again; a command line that is wrong stays so.
WatchdogSec=30s
Restart=on-failure
RestartSec=2s
RestartPreventExitStatus=${ExitCode.Usage}
TimeoutStartSec=2min
# Requests in flight are finished first. It tells its functions to end itself, each in its turn.
TimeoutStopSec=1min
KillMode=mixed

# Each function has a control group of its own, made by ddsrv: one that runs out of memory is
# started again alone, and none takes from the others.
Delegate=yes
OOMPolicy=continue
TasksMax=infinity
# Each request has two connections.
LimitNOFILE=524288

# The control socket and locks; data, caches and earlier revisions. Another supervisor of this host
# has its own in there too, which must stay.
RuntimeDirectory=ddsrv
RuntimeDirectoryPreserve=yes
StateDirectory=ddsrv
StateDirectoryMode=0700

# What the supervisor itself can't do. Functions are held much tighter, by their sandboxes.
NoNewPrivileges=yes
# SYS_ADMIN, NET_ADMIN: namespaces, mounts, links, the firewall. SETUID, SETGID, SETPCAP: sandboxes
# give up what they have. KILL, SYS_PTRACE: end and look at functions, which are other users.
# CHOWN, FOWNER, DAC_*: give functions their data, copy their folders, clear both away.
# NET_BIND_SERVICE: port 80. SYS_RESOURCE: limits of processes.
CapabilityBoundingSet=CAP_SYS_ADMIN CAP_NET_ADMIN CAP_SETUID CAP_SETGID CAP_SETPCAP CAP_KILL
CapabilityBoundingSet=CAP_SYS_PTRACE CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SYS_RESOURCE
# Netlink speaks to the kernel about links and firewall; packets are nobody's business.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
# The kinds that sandboxes are made of. Those of users would give capabilities back.
RestrictNamespaces=net mnt pid ipc uts cgroup
# What a host does once, or only to be examined. A list of what is allowed would have to follow
# every Deno and every program of the sandbox.
SystemCallFilter=~@clock @cpu-emulation @debug @module @obsolete @raw-io @reboot @swap
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
LockPersonality=yes
RestrictRealtime=yes
# Not set, because it takes what is needed: ProtectControlGroups (limits), ProtectKernelTunables
# (forwarding of the functions' own links), ProtectHostname (sandboxes have their own), ProtectProc
# (readiness and figures), MemoryDenyWriteExecute (V8 compiles).
# Nor what gives the service mounts of its own (ProtectSystem, ProtectHome, PrivateTmp,
# PrivateDevices, ProtectKernelModules, ...): its network namespaces would be names that nobody else
# can open, and "ip netns" fails on them.

[Install]
WantedBy=multi-user.target
`;
}

function denoLines(directory: string | undefined): string {
  if (directory === undefined) {
    return "# Where Deno keeps compiled code, for a quicker start.\n" +
      "CacheDirectory=ddsrv\nEnvironment=DENO_DIR=/var/cache/ddsrv";
  }
  return "# The modules of the checkout, as they are installed now.\n" +
    `Environment=${quoteAlways(`DENO_DIR=${directory}`)}`;
}

/** An argument of `ExecStart`, in quotes where it needs them: variables and specifiers mean themselves. */
function quoteArgument(text: string): string {
  const plain = text.replaceAll("$", "$$$$");
  return /^[\w./@:+,%$-]+$/.test(plain) ? plain.replaceAll("%", "%%") : quoteAlways(plain);
}

function quoteAlways(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  return `"${escaped.replaceAll("\n", "\\n")}"`;
}
