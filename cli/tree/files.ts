import { LOG_SETTINGS } from "../../lib/config/log_settings.ts";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import type { FileNote } from "./manual.ts";

const { functionsDirectory, socket, stateDirectory } = SERVER_SETTINGS;

/** What `serve` reads and makes; first as root, then as anybody else. */
export const SERVE_FILES: readonly FileNote[] = [
  { path: functionsDirectory.default, purpose: "the functions directory, where none is named" },
  { path: "DIRECTORY/ddsrv.json", purpose: "settings of the server and every function's ceiling" },
  { path: "DIRECTORY/NAME/ddsrv.json", purpose: "a function's own, its manifest" },
  { path: socket.default, purpose: "the control socket" },
  { path: LOG_SETTINGS.logsDirectory.default, purpose: "log files" },
  { path: stateDirectory.default, purpose: "caches, kept revisions and functions' data" },
  {
    path: socket.defaultWithoutRoot,
    purpose: "the control socket without root; in /tmp/ddsrv-UID where the variable is not set",
  },
  {
    path: stateDirectory.defaultWithoutRoot,
    purpose: "all that is kept without root, log files too",
  },
];
