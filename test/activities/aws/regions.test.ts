import { explainMissingHost, homeRegion, partitionOf } from '../../../activities/aws/regions';

test.each([
  ['eu-west-1', 'aws'],
  ['mx-central-1', 'aws'],
  ['eu-west-9', 'aws'],
  ['xx-unknown-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['cn-south-9', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-gov-central-3', 'aws-us-gov'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['eusc-de-west-2', 'aws-eusc'],
  ['eusc-fr-north-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
])('%s is in the partition %s', (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});

test.each([
  [{}, 'us-east-1'],
  [{ stsRegion: 'cn-north-1' }, 'cn-north-1'],
  [{ roleArn: 'arn:{partition}:iam::{accountId}:role/x' }, 'us-east-1'],
  [{ roleArn: 'arn:aws:iam::{accountId}:role/x' }, 'us-east-1'],
  [{ roleArn: 'arn:aws-us-gov:iam::{accountId}:role/x' }, 'us-gov-east-1'],
  [{ roleArn: 'arn:aws-eusc:iam::{accountId}:role/x' }, 'eusc-de-east-1'],
  [{ roleArn: 'arn:aws-cn:iam::{accountId}:role/x', stsRegion: 'cn-northwest-1' }, 'cn-northwest-1'],
])('a worker with %j looks from %s', (settings, region) => {
  expect(homeRegion(settings)).toBe(region);
});

test('a worker whose role is in China looks from there', () => {
  expect(homeRegion({ roleArn: 'arn:aws-cn:iam::{accountId}:role/x' })).toMatch(/^cn-/);
});

describe('a host that is not found', () => {
  const missing = (hostname: string, code = 'ENOTFOUND') =>
    Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { code, hostname });
  const yes = () => Promise.resolve(true);
  const no = () => Promise.resolve(false);

  test('of an unknown Region: it is said, with those that are near', async () => {
    const explained = await explainMissingHost(missing('sso.eu-west-9.amazonaws.com'), 'eu-west-9', no);
    expect(explained?.message).toMatch(
      /^region: this release knows no Region "eu-west-9" \(did you mean eu-west-1 or /,
    );
  });

  test('of FIPS, where AWS has one without: it is said', async () => {
    const error = missing('sso-fips.eu-west-1.amazonaws.com');
    const explained = await explainMissingHost(error, 'eu-west-1', yes);
    expect(explained?.message).toContain('AWS_USE_FIPS_ENDPOINT');
    expect(explained?.remedy).toContain('Unset AWS_USE_FIPS_ENDPOINT');
    expect(await explainMissingHost(error, 'eu-west-1', no)).toBeUndefined();
  });

  test.each([
    ['a known Region', missing('sso.eu-west-1.amazonaws.com'), 'eu-west-1'],
    ["the worker's own STS", missing('sts.us-east-1.amazonaws.com'), 'eu-west-9'],
    ['a name server that does not answer', missing('sso.eu-west-9.amazonaws.com', 'EAI_AGAIN'), 'eu-west-9'],
    ['no host', new Error('ENOTFOUND'), 'eu-west-9'],
    ['nothing', undefined, 'eu-west-9'],
  ])('of %s: nothing is certain', async (_what, error, region) => {
    expect(await explainMissingHost(error, region, yes)).toBeUndefined();
  });
});
