/** A web source knows whether a page is there. */
export interface WebSource {
  /** The status of a page after redirects; its body is not read. */
  status(url: string, signal: AbortSignal): Promise<number>;
}

/** The web source that sends by this `fetch`. */
export function webSource(send: typeof fetch): WebSource {
  return {
    async status(url, signal) {
      const response = await send(url, { signal });
      await response.body?.cancel();
      return response.status;
    },
  };
}
