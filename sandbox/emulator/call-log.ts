/** A call that arrived. */
export interface RecordedCall {
  /** ISO 8601. */
  time: string;
  account: string;
  /** What IAM calls the service in the names of actions. */
  service: string;
  operation: string;
  region: string;
  /** ARN of the user or the session that calls. */
  caller: string;
  /** Which attempt the SDK says that this is: past 1 it retries by itself. */
  sdkAttempt?: number;
  /** The instance that the call names. */
  instanceArn?: string;
  /** The ClientToken of CreateInstance. */
  token?: string;
  /** Its other parameters. */
  parameters?: { name?: string; tags: Record<string, string> };
  /** The topic, event bus or parameter that is given something, and what that is. */
  target?: string;
  sent?: string;
  /** `ok`, the error code, or what became of the answer (`lost`, `hang`, `reset`, …). */
  outcome: string;
}

const MOST_CALLS = 200_000;

/** The calls that arrived, oldest first; the oldest are dropped past 200,000. */
export class CallLog {
  private calls: RecordedCall[] = [];

  add(call: RecordedCall): void {
    this.calls.push(call);
    if (this.calls.length > MOST_CALLS) this.calls = this.calls.slice(MOST_CALLS / 10);
  }

  find({ account, operation }: { account?: string; operation?: string }): RecordedCall[] {
    return this.calls.filter(
      (call) =>
        (account === undefined || call.account === account) &&
        (operation === undefined || call.operation === operation),
    );
  }

  clear(): void {
    this.calls = [];
  }
}
