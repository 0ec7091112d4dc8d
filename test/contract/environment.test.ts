import { readEnvironment, tidyEnvironment } from '../../contract';

describe('the environment as it is meant', () => {
  test.each([
    'TEMPORAL_ADDRESS',
    'TEMPORAL_API_KEY',
    'TEMPORAL_TLS_CLIENT_CERT_PATH',
    'AWS_REGION',
    'AWS_SESSION_TOKEN',
    'IDENTITY_CENTER_ROLE_ARN',
    'HTTPS_PROXY',
    'no_proxy',
    'XDG_CONFIG_HOME',
    'HOME',
  ])('%s is unset where it is empty or blank, and has no line end', (name) => {
    for (const blank of ['', ' ', '\t', '\n', '\r\n']) expect(readEnvironment({ [name]: blank })).toEqual({});
    expect(readEnvironment({ [name]: ' value\n' })).toEqual({ [name]: 'value' });
  });

  test('a variable of others keeps what it has, as an empty one may say something', () => {
    expect(readEnvironment({ TZ: '', PATH: ' a b ' })).toEqual({ TZ: '', PATH: ' a b ' });
  });

  test('in place, as in a copy', () => {
    const env: NodeJS.ProcessEnv = { TEMPORAL_ADDRESS: '', AWS_REGION: ' eu-west-1\n', TZ: '' };
    tidyEnvironment(env);
    expect(env).toEqual({ AWS_REGION: 'eu-west-1', TZ: '' });
  });
});
