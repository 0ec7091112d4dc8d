import type { KnownReceiver } from './announcements/announcement';

/** What a worker tells the workflows of its bundle, which have no settings of their own. */
export interface BundleOptions {
  /** The worker has a Worker Deployment Version, so workflows state what becomes of them at an upgrade. */
  isVersioned?: boolean;
  /** The worker sends traces, so workflows trace what they do; each run pays for it. */
  isTraced?: boolean;
  /** A codec encrypts, so workflows put what failures say into payloads. */
  encodesFailures?: boolean;
  /** Who is told of the ends and holds of runs. Other workers may have others: a run keeps what it was told in its history. */
  receivers?: readonly KnownReceiver[];
}

const NAME = 'identityCenterBundleOptions';

/** Puts the options before the code of the bundle: on its first line, as stacks count lines. */
export function withBundleOptions(code: string, options: BundleOptions): string {
  return `globalThis.${NAME} = ${JSON.stringify(options)}; ${code}`;
}

/** What the worker that loaded the bundle has told it. */
export function bundleOptions(): BundleOptions {
  return (globalThis as { [NAME]?: BundleOptions })[NAME] ?? {};
}
