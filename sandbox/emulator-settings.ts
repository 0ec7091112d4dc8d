/** Makes the AWS settings of a worker that lead to the emulator, whatever the environment says: nothing local can reach AWS. */
export function emulatorSettings(url: string) {
  return {
    roleArn: 'arn:{partition}:iam::{accountId}:role/AWSControlTowerExecution',
    endpoint: url,
    stsRegion: 'us-east-1',
    credentials: { accessKeyId: 'AKIAEMULATOREXAMPLE0', secretAccessKey: 'emulator' },
  };
}
