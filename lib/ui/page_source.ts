import type { ControlCalls } from "../control/control_client.ts";

/** The operations of the control API that the page uses. */
export type PageSource = Pick<
  ControlCalls,
  | "supervisor"
  | "functions"
  | "find"
  | "settings"
  | "variables"
  | "traffic"
  | "schedules"
  | "runSchedule"
  | "reload"
  | "rollBack"
  | "history"
  | "diff"
  | "stop"
  | "start"
>;
