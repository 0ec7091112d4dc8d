/** Environment variables, as `process.env` has them. */
export type Environment = Record<string, string | undefined>;

/**
 * The variables that are read here: ours, Temporal's, AWS's and OpenTelemetry's, the proxies, the home folder. Of others an empty value may
 * say something: `TZ` is UTC, `TEMPORAL_GRPC_META_…` takes a header away that the profile has.
 */
const READ_HERE =
  /^(?:IDENTITY_CENTER_|TEMPORAL_(?!GRPC_META_)|AWS_|OTEL_|XDG_|HOME$|(?:https?|no|all|grpc)_proxy$|(?:HTTPS?|NO|ALL)_PROXY$)/;

/**
 * Copies an environment as it is meant: without the variables that are empty or blank, and without the spaces and line
 * ends around the others. Charts, compose files and secrets leave such; to every reader here they are unset.
 */
export function readEnvironment(env: Environment): Record<string, string> {
  const meant = Object.entries(env).flatMap(([name, value = '']): [string, string][] => {
    if (!READ_HERE.test(name)) return [[name, value]];
    return value.trim() === '' ? [] : [[name, value.trim()]];
  });
  return Object.fromEntries(meant);
}

/** As {@link readEnvironment}, in place: for `process.env` itself, which the SDKs of Temporal and AWS read. */
export function tidyEnvironment(env: Environment): void {
  const meant = readEnvironment(env);
  for (const name of Object.keys(env)) {
    if (meant[name] === undefined) Reflect.deleteProperty(env, name);
    else if (meant[name] !== env[name]) env[name] = meant[name];
  }
}
