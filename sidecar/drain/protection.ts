/** How long a protection lasts without renewal, in minutes, and how often it is renewed, in milliseconds. */
const minutes = 10;
const renewMs = 240_000;

/** The options of a task's protection. */
export interface ProtectionOptions {
  /** ECS's agent, as the container's environment names it; null outside ECS. */
  readonly agentUri: string | null;
  readonly now: () => number;
  readonly log: (text: string) => void;
}

/** The task's protection from being chosen for scale-in while it holds sessions. */
export class Protection {
  readonly #options: ProtectionOptions;
  #on = false;
  #since = 0;
  /** What was said last of a call that failed: the same is not said every few seconds. */
  #told = "";

  constructor(options: ProtectionOptions) {
    this.#options = options;
  }

  /** Called every few seconds: sets, renews or clears the protection. */
  async update(wanted: boolean): Promise<void> {
    const now = this.#options.now();
    if (wanted === this.#on && (!wanted || now - this.#since < renewMs)) return;
    const { agentUri, log } = this.#options;
    if (agentUri === null) return;
    try {
      const response = await fetch(`${agentUri}/task-protection/v1/state`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ProtectionEnabled: wanted, ...(wanted ? { ExpiresInMinutes: minutes } : {}) }),
        signal: AbortSignal.timeout(3_000),
      });
      if (!response.ok) throw new Error(`the agent answered ${response.status}`);
      // What ECS refuses comes with a status of 200.
      const { failure } = (await response.json()) as { failure?: { Reason?: string } };
      if (failure) throw new Error(failure.Reason ?? "ECS gave no reason");
      this.#told = "";
      this.#on = wanted;
      this.#since = now;
    } catch (error) {
      const text = `scale-in protection could not be ${wanted ? "set" : "cleared"}: ${(error as Error).message}`;
      if (text !== this.#told) log(text);
      this.#told = text;
    }
  }
}
