/** The signals, and the Updates of the same names, that steer a fleet; with what the UI says about each. */
export const FLEET_STEERING = {
  pause: 'No new account is started, and no open run writes to AWS, until resume.',
  resume: 'Lets a paused fleet go on.',
  retry: 'Tries the held and the failed accounts again.',
} as const;

/** The name of a signal, and of the Update like it. */
export type FleetSteer = keyof typeof FLEET_STEERING;

/** Update that changes a fleet while it runs; its argument is a {@link FleetAdjustment}. */
export const ADJUST_UPDATE = 'adjust';
