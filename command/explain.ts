import { UsageError } from './errors';
import { EXIT } from './exit-codes';
import {
  findFailures,
  knownFailures,
  nearestFailure,
  RETRY_WORDS,
  type KnownFailure,
} from './known-failures';
import { print, printJson, printRows } from './output';
import type { CommonOptions } from './with-client';
import { counted, quote } from './words';

/**
 * Explains a failure: what it means, whether the call is tried again, and what to do; without a name it lists them all.
 *
 * @throws UsageError where there is none of that name
 */
export function explain(name: string | undefined, { json }: CommonOptions): number {
  const failures = name === undefined ? knownFailures() : findFailures(name);
  if (name !== undefined && failures.length === 0) throw unknownFailure(name);
  if (json) printJson({ failures });
  else if (name === undefined) printList(failures);
  else printEach(failures);
  return EXIT.done;
}

function unknownFailure(name: string): UsageError {
  const meant = nearestFailure(name);
  const next =
    meant === undefined
      ? 'A run shows an error of AWS that it does not know as RequestRefused; "identity-center explain" lists all'
      : `Did you mean ${meant}`;
  return new UsageError(`No failure has the name ${quote(name)}. ${next}${meant === undefined ? '.' : '?'}`);
}

function printList(failures: readonly KnownFailure[]): void {
  const width = Math.max(...failures.map(({ types: [type = ''] }) => type.length)) + 2;
  const printThose = (title: string, those: readonly KnownFailure[]) => {
    print(title);
    for (const { types, meaning } of those) print(`  ${(types[0] ?? '').padEnd(width)}${meaning}`);
  };
  printThose(
    'The call is tried again:',
    failures.filter(({ retry }) => retry !== 'stop'),
  );
  print();
  printThose(
    'The run stops, or is held (onFailure "hold"):',
    failures.filter(({ retry }) => retry === 'stop'),
  );
  print();
  print('More of one: identity-center explain <failure>');
}

function printEach(failures: readonly KnownFailure[]): void {
  if (failures.length > 1)
    print(
      `${counted(failures.length, 'situation')} have this name; the message of the failure, and its "situation", tell which it is.`,
    );
  failures.forEach((failure, index) => {
    if (index > 0 || failures.length > 1) print();
    printFailure(failure);
  });
}

function printFailure(failure: KnownFailure): void {
  const { types, sdkList, situation, retry, meaning, remedy } = failure;
  const { remedyInHold, remedyAfterTimeout, remedyInPlan } = failure;
  printRows([
    ['Failure', `${types.join(', ')}${sdkList === undefined ? '' : `, and the SDK's names of ${sdkList}`}`],
    ['Situation', situation],
    ['Means', meaning],
    ['The call', RETRY_WORDS[retry].replaceAll('`', '')],
    ['Next step', remedy],
    ['If it lasts', remedyAfterTimeout],
    ['In a hold', remedyInHold],
    ['In a plan', remedyInPlan],
  ]);
}
