import type { CheckLevel } from "../config/check_level.ts";
import type { IsolationLevel } from "../config/isolation_level.ts";
import type { DiskUsage } from "../disk/disk_usage.ts";
import type { SourceEntry } from "../function/joint_sources.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { CheckResult } from "../check/check.ts";
import type { RecordCode } from "./code_recorder.ts";
import type { CodeTemplates } from "./code_templates.ts";
import type { ActivityFiles } from "../sandbox/activity.ts";
import type { CodeCache } from "../sandbox/code_cache.ts";
import type { CheckBounds } from "../check/check_bounds.ts";
import type { InstalledPackages } from "./installed_packages.ts";
import type { ModuleOptions, OneOffProgram } from "../sandbox/deno_command.ts";
import type { ClaimedOwner } from "../owner/claim_owner.ts";
import type { NamespaceOptions } from "../namespace/network.ts";
import type { LineReceiver } from "../process/lines.ts";
import type { FunctionProcess, SpawnOptions } from "../process/spawn.ts";
import type { TerminalKind } from "../process/pty_command.ts";
import type { Endpoint } from "../system/endpoint.ts";

/** One isolation level of a supervisor. Disposing of it removes everything that it created. */
export interface Isolation extends AsyncDisposable {
  readonly level: IsolationLevel;
  /** Tag of everything that belongs to this supervisor's owner in the state directory. */
  readonly ownerId: string;
  /** Removes what a predecessor has left in the kernel, unless it still runs. */
  readonly sweepOther: () => Promise<void>;
  /** Returns the user that owns a function's module cache; `undefined` for the supervisor's own. */
  readonly cacheUid: (name: string) => Promise<number | undefined>;
  /** Path of the directory that has a data directory for each function, by its name. */
  readonly dataDirectory: string;
  readonly purge: (name: string) => Promise<void>;
  /** Empty code caches for sandboxes; `undefined` where functions can have none. */
  readonly codeTemplates: CodeTemplates | undefined;
  /** Records the code cache that all functions share; missing where functions can have none. */
  readonly recordCode?: RecordCode;
  /** The sandbox can show source at another path than its real one. */
  readonly canRelocate: boolean;
  readonly openSandbox: (options: SandboxOptions) => Promise<Sandbox>;
  /** Where a start can be parked. */
  readonly parking: readonly Parking[];
  /**
   * Returns a text about everything that a new sandbox and its process depend on, apart from
   * settings: with the same text, a parked one is like a new one.
   */
  readonly describeStart: (name: string, options: StartOptions) => Promise<string>;
  /** Copies an untrusted directory, see `copyTree`. */
  readonly copy: (source: string, target: string) => Promise<void>;
  /** Type-checks a function's code, which is as untrusted as a running function. */
  readonly check: (options: SourceCheck) => Promise<CheckResult>;
  /**
   * Type-checks functions in one process, and returns those that passed; each other function needs
   * its own check. Missing where functions can't be checked together.
   */
  readonly checkTogether?: (options: JointCheck) => Promise<ReadonlyMap<string, CheckResult>>;
}

/** Options of a check of several functions. */
export interface JointCheck {
  /** Functions by name, with the path of their entry in the folder. */
  readonly functions: readonly SourceEntry[];
  /** The options that they have in common. */
  readonly moduleOptions: Pick<ModuleOptions, "importMap" | "deno">;
  readonly onLook?: ((isIdle: boolean) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Options to open an isolation level. `onWarning` receives what the host can't do. */
export interface IsolationOptions {
  readonly owner: Pick<ClaimedOwner, "id" | "tag" | "otherTag" | "users">;
  readonly onWarning: (message: string) => void;
}

/** Options of a sandbox. */
export interface SandboxOptions {
  readonly name: string;
  readonly egress: FunctionPolicy["egress"];
  readonly bandwidthBits: FunctionPolicy["bandwidthBits"];
  /** Called with the current egress problems, again after each change. */
  readonly onProblems: (problems: readonly string[]) => void;
  /** Called for each destination that the firewall refuses, where there is one. */
  readonly onRefused?: NamespaceOptions["onRefused"];
}

/** The layers around one instance's process. Dispose of it after the process has ended. */
export interface Sandbox extends AsyncDisposable {
  /** Name of the network namespace; `undefined` where it has no name. */
  readonly namespace: string | undefined;
  readonly spawn: (options: StartOptions) => Promise<StartedProcess>;
}

/**
 * Place at which a parked start waits: `sandbox`, the sandbox is complete and Deno has not started;
 * `runtime`, Deno has started and has read none of the function's code. A start that waits at the
 * former then waits at the latter, so that Deno can start before the code has passed its check.
 */
export type Parking = "sandbox" | "runtime";

/** Options to start a function's process in a sandbox. */
export interface StartOptions {
  /** Path at which the sandbox shows the function's source. */
  readonly directory: string;
  /** Real path of the source, if it differs. */
  readonly source: string | undefined;
  readonly policy: FunctionPolicy;
  readonly moduleOptions: ModuleOptions;
  /** Paths of its env files, relative to the source; a static folder does not serve them. */
  readonly envFiles: readonly string[];
  readonly cacheDirectory: string;
  /**
   * Path of the lock file that the check of this revision made, which only the supervisor may
   * write; `undefined` when it made none.
   */
  readonly lock: string | undefined;
  /** Packages that the check of this revision installed; none when left out. */
  readonly packages?: InstalledPackages | undefined;
  /** Its dependencies probably use Deno's modules for Node.js; `false` when left out. */
  readonly hasDependencies?: boolean;
  /** Code cache of this start; none when left out. */
  readonly code?: CodeCache | undefined;
  /** A one-off run instead of an instance. */
  readonly oneOff?: OneOffStart | undefined;
  /** A person debugs the instance: it has an inspector; none when left out. */
  readonly debug?: DebugStart | undefined;
  /** The process waits there until it is released; it starts at once when left out. */
  readonly parking?: Parking | undefined;
  readonly onLine: LineReceiver;
}

/** Program of a one-off run, and the receiver of its output. */
export interface OneOffStart {
  readonly program: OneOffProgram;
  /** It gets a pseudo-terminal of this kind; pipes when left out. */
  readonly terminal?: TerminalKind | undefined;
  /** Missing where `onLine` receives the output, and nothing is on the input. */
  readonly onBytes?: SpawnOptions["onBytes"];
}

/** Start of an instance that a person debugs. */
export interface DebugStart {
  /** Its code waits for a debugger, which stops just before the first line. */
  readonly breaks: boolean;
}

/** Options of {@linkcode StartedProcess.followEndpoint}. */
export interface FollowOptions {
  readonly onMoved: (endpoint: Endpoint) => void;
  readonly signal: AbortSignal;
}

/** A started process. */
export interface StartedProcess {
  readonly process: FunctionProcess;
  readonly activity: ActivityFiles;
  /** It fills a code cache; `false` when left out. */
  readonly isRecording?: boolean;
  /** Limits and features that could not be applied, except egress. */
  readonly problems: readonly string[];
  /** Reads the disk usage of its data; missing where that is slow. */
  readonly readDataUsage?: (pid: number) => DiskUsage | undefined;
  /** Call it when a parked process exists: closes files that only the start of a sandbox needs. */
  readonly onPrepared?: () => PromiseLike<void>;
  /** Reads the memory of all its processes in bytes; missing where the kernel does not count it. */
  readonly readOwnMemory?: () => number | undefined;
  /** Waits until the process listens; `undefined` when the signal aborts first. */
  readonly findEndpoint: (pid: number, signal: AbortSignal) => Promise<Endpoint | undefined>;
  /**
   * Watches for some time after the start if the process begins to listen on the port that is meant
   * for requests. Missing where its first address is the only one.
   */
  readonly followEndpoint?: (pid: number, options: FollowOptions) => Promise<void>;
  /** Returns why the process can't be reached; `undefined` when it does not listen at all. */
  readonly explain: (pid: number) => Promise<string | undefined>;
  /**
   * Waits until the inspector of an instance that a person debugs can be reached; `undefined` when
   * the signal aborts first. Missing for all others.
   */
  readonly findInspector?: (pid: number, signal: AbortSignal) => Promise<Endpoint | undefined>;
}

/** Options of a check. */
export interface SourceCheck {
  readonly name: string;
  readonly directory: string;
  readonly level: CheckLevel;
  readonly moduleOptions: ModuleOptions;
  /** Host path of the module cache, which the check fills. */
  readonly cacheDirectory: string;
  /** Host path of the directory in which the check may install packages; none when left out. */
  readonly packagesDirectory?: string | undefined;
  /** Name of the function that owns the cache; the checked function when left out. */
  readonly cacheName?: string | undefined;
  /** Hosts besides Deno's registry that packages may come from: `host` or `host:port`. */
  readonly registries: readonly string[];
  /** Variables of the function, to which its `.npmrc` may refer. */
  readonly variables: Readonly<Record<string, string>>;
  /** Text of the lock file of an earlier check of the same source, see `checkFunction`. */
  readonly knownLock?: string | undefined;
  readonly isColoured?: boolean | undefined;
  readonly bounds: CheckBounds;
  /** Called twice a second; `isIdle` is true while the check waits and uses no CPU. */
  readonly onLook?: ((isIdle: boolean) => void) | undefined;
  readonly signal: AbortSignal;
}
