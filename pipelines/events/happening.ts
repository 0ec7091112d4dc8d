/** What tells one event from another, for people and logs. */
export interface EventFacts {
  /** AWS's name: `CreateManagedAccount`. */
  name: string;
  /** EventBridge's ID, else CloudTrail's. */
  id?: string;
  /** When it happened, as AWS says. */
  at?: string;
}

/** The organizational unit that an event names. */
export interface OrganizationalUnit {
  id?: string;
  name?: string;
}

/** What an event says. */
export type Happening =
  | { kind: 'vended'; accountId: string; accountName?: string; organizationalUnit?: OrganizationalUnit }
  | { kind: 'vendingFailed'; accountId?: string; accountName?: string; reason: string }
  | { kind: 'closed' | 'removed'; accountId: string }
  | { kind: 'regionEnabled'; accountId: string; region: string }
  /** It changes nothing for any run: why. */
  | { kind: 'idle'; accountId?: string; reason: string }
  /** An event of another kind: what it is. */
  | { kind: 'other'; reason: string };

/** An event that was read. */
export interface AccountEvent {
  facts: EventFacts;
  happening: Happening;
  /** The accounts that the event says it was sent from, by the field that says so. */
  senders: { field: string; accountId: string }[];
}
