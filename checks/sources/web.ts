export interface WebSource {
  /** The status of a page after redirects; its body is not read. */
  status(url: string, signal: AbortSignal): Promise<number>;
}

export function webSource(send: typeof fetch): WebSource {
  return {
    async status(url, signal) {
      const response = await send(url, { signal });
      await response.body?.cancel();
      return response.status;
    },
  };
}
