import { InvalidRequestError, refuseUnknownRegions } from '../../client';
import { readManifest } from '../../client/manifest';

const ENVIRONMENT = { ...process.env };
afterEach(() => {
  process.env = { ...ENVIRONMENT };
});

const bytes = (...regions: string[]) =>
  Buffer.from(
    ['accountId,region', ...regions.map((region, index) => `${111_122_223_333 + index},${region}`)].join(
      '\n',
    ),
  );

test('known Regions of whatever partition pass; what is no code is for the schema to refuse', () => {
  const regions = ['eu-west-1', 'cn-north-1', 'us-gov-west-1', 'eusc-de-east-1', 'nowhere', 3, undefined];
  refuseUnknownRegions(regions.map((region) => ({ region })));
});

test('a Region that is not known is refused with the nearest, and with the way to use a newer one', () => {
  expect(() => {
    refuseUnknownRegions(
      [{ region: 'eu-west-1' }, { region: 'us-est-1' }],
      (index) => `accounts.${index}.region`,
    );
  }).toThrow(
    new InvalidRequestError([
      {
        field: 'accounts.1.region',
        message:
          'this release knows no Region "us-est-1" (did you mean us-east-1 or us-west-1?). If AWS has it since, name it in IDENTITY_CENTER_NEW_REGIONS',
      },
    ]),
  );
});

test('one that is newer than this release is named in the environment; others are refused as before', () => {
  process.env['IDENTITY_CENTER_NEW_REGIONS'] = 'nz-north-1, eu-west-9';
  refuseUnknownRegions([{ region: 'eu-west-9' }, { region: 'nz-north-1' }]);
  expect(() => {
    refuseUnknownRegions([{ region: 'eu-west-8' }]);
  }).toThrow('did you mean eu-west-1 or eu-west-2 or eu-west-3?');
  expect(readManifest({ name: 'a.csv', bytes: bytes('eu-west-9') })).toMatchObject({ requests: [{}] });
});

test('a manifest names the line of each', () => {
  const read = readManifest({ name: 'a.csv', bytes: bytes('eu-west-1', 'eu-wst-1', 'eu-west-9') });
  expect(read).toEqual({
    problems: [
      { line: 3, field: 'region', message: expect.stringContaining('did you mean eu-west-1?') as string },
      { line: 4, field: 'region', message: expect.stringContaining('knows no Region "eu-west-9"') as string },
    ],
  });
});
