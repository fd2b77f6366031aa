/** Times and counts of the write protocol. Milliseconds unless said otherwise. */
export const limits = {
  /** How long a lease lasts without renewal. After it the guardian sends traffic home. */
  leaseMs: 60_000,
  /** How often a holder renews: three tries fit into one lease. */
  leaseRenewMs: 15_000,
  /** How often a bake looks whether the rule still shows its weights. */
  lookMs: 5_000,
  /** The rest of the lease that a rule change must leave: no write may arrive after the lease ran out. */
  leaseMarginMs: 5_000,
  /** For how long after a rollback its weights are put back when a late write changed them. */
  reassertMs: 600_000,
  /** How long the guardian keeps quiet about what it has paged for already and still finds. */
  pageAgainMs: 3_600_000,
  /** How late telemetry may be: that a slot holds no sessions is believed only so long after it began to drain. */
  telemetryLateMs: 120_000,
  /** How long evicted sessions have after a failed gate: their streams are closed one by one until then. */
  evictMs: 30_000,
  /**
   * For how long past its deadline a release that was told to leave still counts as leaving: its tasks are not protected, so that
   * the deployment ends. As long as the AWS provider waits for a service. After it nobody replaces them, and they are as before.
   */
  leavingOverMs: 1_200_000,
  /** Error rate of each side of the proof in traffic: of missing a balancer that still does the old, and of doubting one that does the new. */
  proofError: 0.001,
  /** Fresh connections a proof makes per round and address at most, for weights that lie close together. */
  proofSamplesMax: 4_000,
  /** Fewest fresh connections per address, however far apart the weights are. */
  proofSamplesMin: 40,
  /**
   * How long a proof goes on while the colour that gains weight answers nothing and the balancer turns requests away. No gate looks
   * before the weight is proved, and users meet the same answers: what sends a bad release home within 5 s must not wait for more.
   */
  turnedAwayMs: 3_000,
  /** Own probes a second of a gate at most, where users are too few. */
  probesPerSecond: 100,
  /** Own probes a second once a sample is large enough and no users ask: enough to notice a late fault within 10 s. */
  idleProbesPerSecond: 2,
  /** Tries of an own rule change whose outcome was an error, each after reading lease, fence and rule again. */
  modifyTries: 5,
  /** The same where AWS said that there were too many calls: with half of them throttled, one in a million is given up. */
  throttledTries: 20,
  /** How often a conditional write is tried again when somebody else wrote in between. */
  writeTries: 8,
  /** Tries of a call that was throttled or lost, beyond the SDK's own. */
  callTries: 6,
  /** The same in a rollback. */
  urgentTries: 12,
  /** The SDK's own tries of a read or an idempotent write: with half of all calls throttled, one in four thousand is given up. */
  sdkTries: 12,
  /** How long a session of AWS lasts unless whoever takes it asks for more: an hour (AWS STS; GitHub's OpenID Connect takes it so). */
  usualSessionMs: 3_600_000,
  /** How long before its credentials end a rollout goes home, besides the time that its proof may take: a write, its record, a lost call. */
  beforeCredentialsEndMs: 60_000,
  /** How long before a rollout would have to go home for its credentials' sake one that waits for a person is paused instead. */
  pauseBeforeHomeMs: 30_000,
  /** How old the look at the targets may be when the rule is changed. */
  targetsFreshMs: 10_000,
  /** How old the look at the fence may be when the rule is changed: this machine may have slept since. */
  fenceFreshMs: 5_000,
  /** How long an `up` waits for the guardian to finish one step, and how often it looks. */
  guardianWaitMs: 25_000,
  /** How long one step of the guardian watches traffic at most; less where its function has less time left. */
  guardianProofMs: 20_000,
  /** How long the guardian's probe of the slot that it would go back to may take; half of the time left where that is less. */
  guardianProbeMs: 20_000,
  /**
   * What a step of the guardian leaves of its function's time: in it the lease is given back. A read and a write of the record, with
   * half of all calls throttled.
   */
  guardianReserveMs: 5_000,
  guardianLookMs: 500,
  /** Time one ModifyRule may take. */
  modifyTimeoutMs: 8_000,
  /** Time the calls that scale a retired slot down may take: they must not arrive long after the look at its weight. */
  settleTimeoutMs: 8_000,
  /** How long after such a call was given up it may still take effect. */
  lateEffectMs: 5_000,
} as const;
