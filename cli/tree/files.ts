import { LOG_SETTINGS } from "../../lib/config/log_settings.ts";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import type { FileNote } from "../generate/command_model.ts";

const { functionsDirectory, socket, stateDirectory } = SERVER_SETTINGS;

/** Files that `serve` reads and creates: first as root, then as any other user. */
export const SERVE_FILES: readonly FileNote[] = [
  { path: functionsDirectory.default, purpose: "default functions directory" },
  { path: "DIRECTORY/ddsrv.json", purpose: "settings of the server, and limits of all manifests" },
  { path: "DIRECTORY/NAME/ddsrv.json", purpose: "manifest of one function" },
  { path: socket.default, purpose: "control socket" },
  { path: LOG_SETTINGS.logsDirectory.default, purpose: "log files" },
  { path: stateDirectory.default, purpose: "module caches, kept revisions and data of functions" },
  {
    path: socket.defaultWithoutRoot,
    purpose: "control socket without root; in /tmp/ddsrv-UID if the variable is not set",
  },
  { path: stateDirectory.defaultWithoutRoot, purpose: "state and log files without root" },
];
