/** The bounds of an attempt of an activity that calls AWS, or asks Temporal. */
export const ATTEMPT = {
  /** The role, the calls, and a look after a denial. */
  startToCloseTimeout: '25s',
  /** So long after its last sign of life the attempt of a dead worker is tried again. */
  heartbeatTimeout: '5s',
} as const;
