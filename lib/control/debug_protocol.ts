/** Value of the field `Upgrade` for the frames of a debug session. */
export const DEBUG_PROTOCOL = "ddsrv-debug";

/** Value of the field `Upgrade` for a connection to the inspector of a debug session. */
export const INSPECTOR_PROTOCOL = "ddsrv-inspector";

/** Maximum length of a debug session. */
export const MAX_DEBUG_MS = 24 * 60 * 60 * 1000;

/** Content of the first frame of a debug session. */
export interface DebugBegin {
  /** The code waits for a debugger, which stops just before the first line. */
  readonly breaks: boolean;
  readonly forMs: number;
}

/** Content of the frame `started` of a debug session. */
export interface DebugStarted {
  readonly pid: number;
  readonly revision: string;
  /** Value of the field of requests for the instance. */
  readonly secret: string;
  /** URL of the function. */
  readonly url: string;
}
