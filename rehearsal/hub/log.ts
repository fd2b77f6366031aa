/** A log line in the hub's own format; warnings and errors go to standard error. */
export function log(type: "info" | "debug" | "warn" | "error", message: string, data: object = {}): void {
  const line = `${JSON.stringify({ type, message, data, timestamp: new Date().toISOString() })}\n`;
  (type === "warn" || type === "error" ? process.stderr : process.stdout).write(line);
}
