import type { IsolationLevel } from "../config/isolation_level.ts";
import type { DiskUsage } from "../disk/disk_usage.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { CheckResult } from "../check/check.ts";
import type { CheckBounds } from "../check/check_bounds.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import type { ClaimedOwner } from "../owner/claim_owner.ts";
import type { OutputLine } from "../process/lines.ts";
import type { FunctionProcess, StreamName } from "../process/spawn.ts";
import type { Endpoint } from "../system/endpoint.ts";

/** How functions are kept apart, at one level. Disposing of it leaves nothing. */
export interface Isolation extends AsyncDisposable {
  readonly level: IsolationLevel;
  /** Tag of all that this supervisor makes. */
  readonly ownerId: string;
  /** User that owns a function's module cache; the supervisor's own when missing. */
  readonly cacheUid: (name: string) => Promise<number | undefined>;
  /** Holds what functions keep: a directory for each, under its name. */
  readonly dataDirectory: string;
  /** Takes away all that a function has kept. */
  readonly purge: (name: string) => Promise<void>;
  /** Whether source may show in another place than where it is. */
  readonly canRelocate: boolean;
  /** Opens what one instance will run in. */
  readonly openSandbox: (options: SandboxOptions) => Promise<Sandbox>;
  /** Copies a directory that is not to be trusted, see `copyTree`. */
  readonly copy: (source: string, target: string) => Promise<void>;
  /** Checks a function's code, which is no more to be trusted than what runs. */
  readonly check: (options: SourceCheck) => Promise<CheckResult>;
}

/** Whose instances they are, and where it is said what the host can't do for them. */
export interface IsolationOptions {
  readonly owner: Pick<ClaimedOwner, "id" | "users">;
  readonly onWarning: (message: string) => void;
}

/** What a sandbox is for. */
export interface SandboxOptions {
  readonly name: string;
  readonly egress: FunctionPolicy["egress"];
  readonly bandwidthBits: FunctionPolicy["bandwidthBits"];
  /** Told what of the egress can't be had, again whenever that changes. */
  readonly onProblems: (problems: readonly string[]) => void;
}

/** What is around one instance's process. It is disposed of after the process has ended. */
export interface Sandbox extends AsyncDisposable {
  /** Its network namespace; missing where it has none with a name. */
  readonly namespace: string | undefined;
  readonly spawn: (options: StartOptions) => Promise<StartedProcess>;
}

/** What is started in a sandbox. */
export interface StartOptions {
  /** Where the function's source shows. */
  readonly directory: string;
  /** Where it is, if not there. */
  readonly source: string | undefined;
  readonly policy: FunctionPolicy;
  readonly moduleOptions: ModuleOptions;
  readonly cacheDirectory: string;
  readonly onLine: (stream: StreamName, line: OutputLine) => void;
}

/** A process that has been started, and how to find out where it listens. */
export interface StartedProcess {
  readonly process: FunctionProcess;
  /** What it asks for and does not get, beside its egress. */
  readonly problems: readonly string[];
  /** Disk usage of its data, where that is cheap to read. */
  readonly readDataUsage?: (pid: number) => Promise<DiskUsage | undefined>;
  /** Waits until it listens; gives nothing when the signal aborts first. */
  readonly findEndpoint: (pid: number, signal: AbortSignal) => Promise<Endpoint | undefined>;
  /** Why it can't be reached, once its time is up; nothing when it does not listen at all. */
  readonly explain: (pid: number) => Promise<string | undefined>;
}

/** What is checked. */
export interface SourceCheck {
  readonly name: string;
  readonly directory: string;
  readonly moduleOptions: ModuleOptions;
  /** Module cache of the host, which the check fills. */
  readonly cacheDirectory: string;
  /** The function that the cache belongs to; the one that is checked when left out. */
  readonly cacheName?: string | undefined;
  /** Hosts that packages may come from beside Deno's own registry: `host` or `host:port`. */
  readonly registries: readonly string[];
  /** The function's variables, which its `.npmrc` may name. */
  readonly variables: Readonly<Record<string, string>>;
  /** A file of the directory; the function's entry when left out. */
  readonly entry?: string | undefined;
  /** Diagnostics come in colours. */
  readonly isColoured?: boolean;
  readonly bounds: CheckBounds;
  /** Told, twice a second, whether it uses no processor and waits for somebody else. */
  readonly onLook?: ((isIdle: boolean) => void) | undefined;
  readonly signal: AbortSignal;
}
