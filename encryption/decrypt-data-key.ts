/**
 * Has AWS KMS decrypt a data key, with the credentials that the provider chain of the AWS SDK finds: the worker's own, or
 * those of whoever runs the command.
 *
 * The SDK is loaded only where a key is of KMS: a client without such keys needs none of it.
 *
 * @throws what the SDK throws
 */
export async function decryptDataKey(kmsKeyArn: string, encryptedKey: Buffer): Promise<Buffer> {
  const [{ DecryptCommand, KMSClient }, { createRequestHandler }] = await Promise.all([
    import('@aws-sdk/client-kms'),
    import('../activities/index.js'),
  ]);
  const client = new KMSClient({
    // AWS has the key there, wherever the worker is.
    region: kmsKeyArn.split(':')[3] ?? '',
    requestHandler: createRequestHandler(process.env),
  });
  try {
    const command = new DecryptCommand({ KeyId: kmsKeyArn, CiphertextBlob: encryptedKey });
    const { Plaintext } = await client.send(command, { abortSignal: AbortSignal.timeout(ANSWER_MS) });
    return Buffer.from(Plaintext ?? []);
  } finally {
    client.destroy();
  }
}

const ANSWER_MS = 15_000;
