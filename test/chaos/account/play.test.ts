import { Metadata, status } from '@grpc/grpc-js';
import { steerWhileAway } from '../../../chaos/account/play';
import { SteeringRefusedError } from '../../../client';

const refused = new SteeringRefusedError('111122223333', 'retry', 'the run is creating');
const away = Object.assign(new Error(), {
  code: status.UNAVAILABLE,
  details: 'away',
  metadata: new Metadata(),
});

async function outcomeOf(errors: Error[]): Promise<string> {
  return steerWhileAway(() => {
    const error = errors.shift();
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  }).then(
    () => 'done',
    (error: unknown) => (error as Error).name,
  );
}

test.each([
  ['a refusal is one', [refused], 'SteeringRefusedError'],
  ['after an answer that was lost it may be of what was taken', [away, refused], 'AnswerLostError'],
  ['what is taken in the end is taken', [away, away], 'done'],
])('what a run is asked for while the server is away: %s', async (_name, errors, outcome) => {
  expect(await outcomeOf(errors)).toBe(outcome);
});
