import {
  ConnectionError,
  ErrorCode,
  MAX_FRAME_BYTES,
  MAX_WINDOW,
  readUint32,
  Setting,
} from "./frames.ts";

/**
 * The parameters of a client's SETTINGS that change this proxy's behavior. It uses no table, no push
 * and no large frames.
 */
export interface ClientSettings {
  /** Initial window of each stream. */
  readonly initialWindow?: number;
}

const ENTRY_BYTES = 6;
const MAX_SETTABLE_FRAME_BYTES = 2 ** 24 - 1;

/**
 * Reads the payload of SETTINGS. The last value of a parameter counts, and unknown ones are ignored
 * (RFC 9113, section 6.5).
 *
 * @throws {ConnectionError} if a value is invalid
 */
export function readSettings(payload: Uint8Array): ClientSettings {
  if (payload.length % ENTRY_BYTES !== 0) {
    throw new ConnectionError(ErrorCode.FrameSizeError, "SETTINGS of an invalid length");
  }
  let settings: ClientSettings = {};
  for (let at = 0; at < payload.length; at += ENTRY_BYTES) {
    const setting = payload[at]! << 8 | payload[at + 1]!;
    const value = readUint32(payload, at + 2);
    if (setting === Setting.InitialWindowSize) {
      if (value > MAX_WINDOW) {
        throw new ConnectionError(ErrorCode.FlowControlError, "an initial window too large");
      }
      settings = { initialWindow: value };
    }
    const isSwitch = setting === Setting.EnablePush || setting === Setting.EnableConnectProtocol;
    const isInvalid = isSwitch && value > 1 || setting === Setting.MaxFrameSize &&
        (value < MAX_FRAME_BYTES || value > MAX_SETTABLE_FRAME_BYTES);
    if (isInvalid) throw new ConnectionError(ErrorCode.ProtocolError, "an invalid setting");
  }
  return settings;
}
