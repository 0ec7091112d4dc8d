import { readBy, type KnownFacts } from '../../contract';
import { requestPartSchema, type EventRules } from '../rules';
import { meaningOfVended, NOT_ALLOWED, refused, unreadable, type EventAnswer } from './answer';

/**
 * Says what becomes, by rules, of an account that a pipeline names without an event, with what it asks for beside the rules.
 * Who sends it is not known: what vouches for it is the caller's to see to. Never throws.
 *
 * @param asked fields of the request that go over those of the rules, unchecked
 */
export function answerAccount(
  accountId: string,
  asked: unknown,
  rules: EventRules,
  known: KnownFacts = {},
): EventAnswer {
  const read = readBy(requestPartSchema(), asked);
  if ('problems' in read) {
    const [{ field, message } = { field: 'request', message: 'is not valid' }] = read.problems;
    const problem = { field: field === 'request' ? field : `request.${field}`, message };
    const words = `Account ${accountId}: its request is not valid: ${problem.field}: ${message}. Nothing was started. Correct it, and send the task again.`;
    return { ...unreadable(problem), message: words };
  }
  const happening = { kind: 'vended', accountId } as const;
  const meaning =
    rules.allowedAccounts?.includes(accountId) === false
      ? refused(happening, NOT_ALLOWED)
      : meaningOfVended(happening, rules, known, asked as object);
  return { ...meaning, message: `${meaning.message.replace(/\.$/, '')}.` };
}
