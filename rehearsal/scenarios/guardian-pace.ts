/** How much faster than on AWS a stage runs that waits for the guardian. */
export const speedup = 10;
/** The guardian's minute, as such a stage has it. */
export const periodMs = 60_000 / speedup;
/** What one tick takes when the machine is busy: it starts a process. */
export const tickMs = 10_000;
