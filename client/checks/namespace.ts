import type { Client } from '@temporalio/client';
import ms from 'ms';
import { DEFAULT_HOLD_TIMEOUT, milliseconds, type Check } from '../../contract';
import { readRetention } from '../retention';

/** Checks that the namespace is there, and that it keeps ended runs for as long as others may wait for a person. */
export async function checkNamespace(client: Client): Promise<Check[]> {
  const { namespace } = client.options;
  await client.workflowService.describeNamespace({ namespace });
  const there: Check = { check: 'namespace', ok: true, found: namespace };
  const retention = await readRetention(client);
  return retention === undefined ? [there] : [there, tellRetention(namespace, retention)];
}

/** A fleet that waits for a held account is open for longer than the namespace knows those of its accounts that ended. */
export function tellRetention(namespace: string, retentionMs: number): Check {
  const check = 'retention';
  const keeps = `ended runs are kept for ${ms(retentionMs, { long: true })}`;
  if (retentionMs >= milliseconds(DEFAULT_HOLD_TIMEOUT)) return { check, ok: true, found: keeps };
  const hold = ms(milliseconds(DEFAULT_HOLD_TIMEOUT), { long: true });
  return {
    check,
    ok: true,
    found: `${keeps}, and a hold may wait for ${hold}: the report of a fleet that waits loses accounts that ended before`,
    remedy: `Raise it above the longest holdTimeout in use: temporal operator namespace update --namespace ${namespace} --retention ${Math.ceil(milliseconds(DEFAULT_HOLD_TIMEOUT) / 86_400_000) + 1}d (in Temporal Cloud: tcld namespace retention set).`,
  };
}
