/** Makes the AWS settings of a worker that lead to the emulator, whatever the environment says: nothing local can reach AWS. */
export function emulatorSettings(url: string) {
  return {
    roleArn: 'arn:{partition}:iam::{accountId}:role/AWSControlTowerExecution',
    endpoint: url,
    stsRegion: 'us-east-1',
    credentials: { accessKeyId: 'AKIAEMULATOREXAMPLE0', secretAccessKey: 'emulator' },
  };
}

/** The same for a process of its own, by its environment. */
export function emulatorEnvironment(url: string) {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'emulator',
    AWS_SECRET_ACCESS_KEY: 'emulator',
  };
}
