import { usageError } from "../../exit_code.ts";

/** Numbers of bytes that `ddsrv deploy` announces. */
export interface UploadSizes {
  readonly envBytes: number;
  readonly archiveBytes: number;
}

/** Parses `ENV:ARCHIVE`, two numbers of bytes; throws a usage error. */
export function parseUploadSizes(text: string): UploadSizes {
  const match = /^(\d{1,15}):(\d{1,15})$/.exec(text);
  if (match === null) throw usageError(`"${text}" is not two numbers of bytes`);
  return { envBytes: Number(match[1]), archiveBytes: Number(match[2]) };
}
