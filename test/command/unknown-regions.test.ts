import { warnOfUnknownRegions } from '../../command/unknown-regions';

function warnings(...regions: (string | undefined)[]): string {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    warnOfUnknownRegions(regions.map((region) => ({ region })));
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

test('known Regions, of whatever partition, are not warned of', () => {
  expect(
    warnings('eu-west-1', 'cn-north-1', 'us-gov-west-1', 'eusc-de-east-1', 'us-iso-east-1', undefined),
  ).toBe('');
});

test.each([
  ['eu-west-9', 'eu-west-1'],
  ['us-est-1', 'us-east-1'],
  ['eusc-de-east-7', 'eusc-de-east-1'],
])('%s is warned of once, with %s', (region, nearest) => {
  const said = warnings(region, 'eu-west-1', region);
  expect(said.match(/Warning: the AWS SDK knows no Region/g)).toHaveLength(1);
  expect(said).toContain(`"${region}"`);
  expect(said).toContain(nearest);
});

test('of many, the first five are named', () => {
  const said = warnings(...[1, 2, 3, 4, 5, 6, 7].map((number) => `zz-west-${number}`));
  expect(said.match(/knows no Region/g)).toHaveLength(5);
  expect(said).toContain('2 more Regions');
});
