/** What named the server that a verb asks. */
export type ServerSource = '--address' | 'TEMPORAL_ADDRESS' | 'profile' | 'up' | 'default';

/** The server that a verb asks. */
export interface ServerAsked {
  address: string;
  namespace: string;
  from: ServerSource;
}

let asked: ServerAsked | undefined;

/** Keeps which server this process asks, for whatever it has to say later. */
export function noteServerAsked(server: ServerAsked): void {
  asked = server;
}

/** The server that this process asks; `undefined`: it has asked none. */
export function serverAsked(): ServerAsked | undefined {
  return asked;
}

const WORDS: Record<ServerSource, string> = {
  '--address': 'as --address says',
  TEMPORAL_ADDRESS: 'as TEMPORAL_ADDRESS says',
  profile: "as Temporal's profile says",
  up: 'the running "identity-center up"',
  default: 'as nothing names one',
};

/** Says which server was asked, and what named it. */
export function describeServerAsked({ address, namespace, from }: ServerAsked): string {
  return `Temporal server asked: ${address}, namespace ${namespace} (${WORDS[from]}).`;
}
