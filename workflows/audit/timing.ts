import { readRequest, type AuditRequest, type ProvisionRequest } from '../../contract';
import { refuseArgument } from '../shared/argument';

/** The timing of the runs that an audit would start, with every default filled in: its looks keep to the same pauses. */
export function timingOf({ rules }: AuditRequest): ProvisionRequest['timing'] {
  const read = readRequest({ region: 'us-east-1', ...rules?.defaults, accountId: '000000000000' });
  if ('problems' in read) throw refuseArgument(read.problems, 'audit again');
  return read.request.timing;
}
