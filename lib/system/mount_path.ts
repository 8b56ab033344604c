/** Decodes a path of proc_pid_mountinfo(5), which has octal escapes for spaces and others. */
export function unescapeMountPath(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
}
