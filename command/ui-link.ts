import { placeOf, type IdentityCenterClient } from '../client';
import { findLocalServer } from './local/state';

/**
 * Links the page of the Temporal UI that says where a run stands and what to do. Where a UI is, is known of `up` and of
 * Temporal Cloud; a server of one's own does not say it.
 */
export function uiLink(
  { temporal }: IdentityCenterClient,
  { workflowId, runId }: { workflowId: string; runId: string },
): string | undefined {
  const base = uiOf(placeOf(temporal));
  return base === undefined
    ? undefined
    : `${base}/workflows/${encodeURIComponent(workflowId)}/${runId}/user-metadata`;
}

function uiOf({ address, namespace }: ReturnType<typeof placeOf>): string | undefined {
  const local = findLocalServer();
  if (local?.temporalAddress === address) return local.uiUrl && `${local.uiUrl}/namespaces/${namespace}`;
  return /\.(tmprl\.cloud|api\.temporal\.io)(:\d+)?$/.test(address)
    ? `https://cloud.temporal.io/namespaces/${namespace}`
    : undefined;
}
