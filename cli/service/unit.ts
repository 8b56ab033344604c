import { ExitCode } from "../exit_code.ts";

/** Input of {@linkcode unitText}. */
export interface UnitFacts {
  /** Absolute path of the functions directory. */
  readonly functionsDirectory: string;
  /** Command line of this ddsrv: absolute path of a program, and its first arguments. */
  readonly command: readonly string[];
  /** Module cache of a checkout; `undefined` for a package, which is self-contained. */
  readonly denoDirectory?: string | undefined;
}

/** Path of the unit in the directory for local units, see systemd.unit(5). */
export const UNIT_PATH = "/etc/systemd/system/ddsrv.service";

/** First line of units that `install-service` may overwrite. */
export const UNIT_MARK = "# Made by: ddsrv install-service";

/**
 * Returns the text of a unit for systemd 247 and later, see systemd.service(5) and systemd.exec(5).
 * Comments in it give the reason for each setting.
 */
export function unitText(facts: UnitFacts): string {
  const { functionsDirectory, command, denoDirectory } = facts;
  return composeUnit({
    head: `${UNIT_MARK}
# Put changes into a drop-in (systemctl edit ddsrv): ddsrv install-service overwrites this file.`,
    start: [...command, "serve", functionsDirectory].map(quoteArgument).join(" "),
    settings: `# Settings such as SERVICE_PORT=80; ddsrv serve --help lists them.
EnvironmentFile=-/etc/default/ddsrv`,
    deno: denoLines(denoDirectory),
  });
}

/** Parts of a unit that depend on how ddsrv was installed. */
export interface UnitParts {
  /** Comment at its begin. */
  readonly head: string;
  /** Value of `ExecStart`. */
  readonly start: string;
  /** Directives that set variables for `start`. */
  readonly settings: string;
  /** Directives of Deno's cache. */
  readonly deno: string;
}

/** Returns a unit with everything that does not depend on the installation. */
export function composeUnit({ head, start, settings, deno }: UnitParts): string {
  return `${head}

[Unit]
Description=ddsrv, a server for each folder
# Functions resolve names and open connections as soon as they start.
Wants=network-online.target
# Other firewalls may flush all tables when they start.
After=network-online.target nss-lookup.target nftables.service firewalld.service ufw.service docker.service

[Service]
# ddsrv reports when it listens and has scanned all folders, and the status of its functions.
Type=notify
NotifyAccess=main
ExecStart=${start}
ExecReload=/bin/kill -HUP $MAINPID
${settings}
${deno}
SyslogIdentifier=ddsrv

# Restart a supervisor that hangs or crashes, but not one with an invalid command line.
WatchdogSec=30s
Restart=on-failure
RestartSec=2s
RestartPreventExitStatus=${ExitCode.Usage}
TimeoutStartSec=2min
# Graceful shutdown: in-flight requests finish, then ddsrv itself stops its functions.
TimeoutStopSec=1min
KillMode=mixed

# ddsrv creates a control group for each function: if one runs out of memory, only that one
# restarts, and no function takes resources from the others.
Delegate=yes
OOMPolicy=continue
TasksMax=infinity
# Each request has two connections.
LimitNOFILE=524288

# The runtime directory has the control socket and locks. It is preserved, because other supervisors
# of this host have their files there too. The state directory has data, caches and earlier revisions.
RuntimeDirectory=ddsrv
RuntimeDirectoryPreserve=yes
StateDirectory=ddsrv
StateDirectoryMode=0700

# Least privilege for the supervisor itself. The sandboxes of functions are much stricter.
NoNewPrivileges=yes
# SYS_ADMIN, NET_ADMIN: namespaces, mounts, links, the firewall. SETUID, SETGID, SETPCAP: sandboxes
# drop their privileges. KILL, SYS_PTRACE: stop and inspect functions, which run as other users.
# CHOWN, FOWNER, DAC_*: give functions their data directories, copy and remove their folders.
# NET_BIND_SERVICE: port 80. SYS_RESOURCE: limits of processes.
CapabilityBoundingSet=CAP_SYS_ADMIN CAP_NET_ADMIN CAP_SETUID CAP_SETGID CAP_SETPCAP CAP_KILL
CapabilityBoundingSet=CAP_SYS_PTRACE CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SYS_RESOURCE
# Netlink configures links and the firewall; raw packet sockets are not needed.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
# The namespaces of sandboxes. User namespaces would give capabilities back.
RestrictNamespaces=net mnt pid ipc uts cgroup
# System calls for host administration and debugging. An allow list would have to follow each
# version of Deno and of the sandbox's programs.
SystemCallFilter=~@clock @cpu-emulation @debug @module @obsolete @raw-io @reboot @swap
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
LockPersonality=yes
RestrictRealtime=yes
# Not set, because ddsrv needs what they block: ProtectControlGroups (limits), ProtectKernelTunables
# (forwarding of the functions' own links), ProtectHostname (sandboxes have their own), ProtectProc
# (readiness and metrics), MemoryDenyWriteExecute (the JIT compiler of V8).
# Nor settings that create a mount namespace (ProtectSystem, ProtectHome, PrivateTmp,
# PrivateDevices, ProtectKernelModules, ...): other processes, such as "ip netns", could not open
# the network namespaces.

[Install]
WantedBy=multi-user.target
`;
}

/** Directives of a ddsrv that needs no modules from Deno's cache. */
export const OWN_CACHE = `# Deno caches compiled code here, for a faster start.
CacheDirectory=ddsrv
Environment=DENO_DIR=/var/cache/ddsrv`;

function denoLines(directory: string | undefined): string {
  if (directory === undefined) return OWN_CACHE;
  return "# Module cache of the checkout, as it is installed now.\n" +
    `Environment=${quoteAlways(`DENO_DIR=${directory}`)}`;
}

/** Quotes an argument of `ExecStart` if needed, and escapes variables and specifiers. */
function quoteArgument(text: string): string {
  const plain = text.replaceAll("$", "$$$$");
  return /^[\w./@:+,%$-]+$/.test(plain) ? plain.replaceAll("%", "%%") : quoteAlways(plain);
}

function quoteAlways(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  return `"${escaped.replaceAll("\n", "\\n")}"`;
}
