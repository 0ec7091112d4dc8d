import { randomUUID } from 'node:crypto';

/** The account that sends the events of these tests. */
export const MANAGEMENT_ACCOUNT = '999999999999';

/** A JSON object of an event, for a test to change. */
export type Json = Record<string, unknown>;

function throughCloudTrail(source: string, detail: Json): Json {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': `AWS ${detail['requestParameters'] === undefined ? 'Service Event' : 'API Call'} via CloudTrail`,
    source: `aws.${source}`,
    account: MANAGEMENT_ACCOUNT,
    time: '2026-03-01T08:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: {
      eventVersion: '1.08',
      userIdentity: { accountId: MANAGEMENT_ACCOUNT, invokedBy: 'AWS Internal' },
      eventTime: '2026-03-01T08:00:00Z',
      eventSource: `${source}.amazonaws.com`,
      awsRegion: 'us-east-1',
      sourceIPAddress: 'AWS Internal',
      userAgent: 'AWS Internal',
      eventID: randomUUID(),
      readOnly: false,
      recipientAccountId: MANAGEMENT_ACCOUNT,
      ...detail,
    },
  };
}

/** Control Tower's event of an account, as EventBridge delivers it. */
export function controlTowerEvent(
  accountId: string,
  {
    name = 'CreateManagedAccount',
    state = 'SUCCEEDED',
    accountName = 'Team A (prod)',
    unit = { organizationalUnitName: 'Workloads', organizationalUnitId: 'ou-ab12-34567890' },
  }: {
    name?: 'CreateManagedAccount' | 'UpdateManagedAccount';
    state?: string;
    accountName?: string;
    unit?: Json;
  } = {},
): Json {
  const status =
    name === 'CreateManagedAccount' ? 'createManagedAccountStatus' : 'updateManagedAccountStatus';
  return throughCloudTrail('controltower', {
    eventName: name,
    eventType: 'AwsServiceEvent',
    // As Control Tower has them.
    requestParameters: undefined,
    responseElements: null,
    serviceEventDetails: {
      [status]: {
        organizationalUnit: unit,
        account: { accountName, accountId: state === 'FAILED' ? 'Not Available' : accountId },
        state,
        message:
          state === 'FAILED'
            ? 'AWS Control Tower failed to create a managed account.'
            : 'AWS Control Tower successfully created a managed account.',
        requestedTimestamp: '2026-03-01T07:45:18+0000',
        completedTimestamp: '2026-03-01T08:00:00+0000',
      },
    },
  });
}

/** Organizations' event of an account that was created. */
export function createAccountEvent(accountId: string, failureReason?: string): Json {
  return throughCloudTrail('organizations', {
    eventName: 'CreateAccountResult',
    eventType: 'AwsServiceEvent',
    serviceEventDetails: {
      createAccountStatus: {
        id: 'car-examplecreateaccountrequestid111',
        state: failureReason === undefined ? 'SUCCEEDED' : 'FAILED',
        accountName: '****',
        ...(failureReason === undefined ? { accountId } : { failureReason }),
        requestedTimestamp: 'Mar 1, 2026 7:45:18 AM',
        completedTimestamp: 'Mar 1, 2026 8:00:00 AM',
      },
    },
  });
}

/** Organizations' event of an account that was closed, or that has left. */
export function leavingEvent(
  eventName: 'CloseAccount' | 'RemoveAccountFromOrganization',
  accountId: string,
  more: Json = {},
): Json {
  return throughCloudTrail('organizations', {
    eventName,
    eventType: 'AwsApiCall',
    requestParameters: { accountId },
    responseElements: null,
    ...more,
  });
}

/** The event of an account in which a Region is enabled, as the account itself sends it. */
export function regionEvent(accountId: string, regionName: string, status = 'ENABLED'): Json {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Region Opt-In Status Change',
    source: 'aws.account',
    account: accountId,
    time: '2026-03-01T08:00:00Z',
    region: 'us-east-1',
    resources: [`arn:aws:account::${accountId}:account`],
    detail: { accountId, regionName, status },
  };
}

/** A record of a queue, as Lambda gets it. */
export function sqsRecord(body: unknown, messageId: string = randomUUID(), queue = 'events'): Json {
  return {
    messageId,
    receiptHandle: 'AQEB…',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1772352000000' },
    messageAttributes: {},
    md5OfBody: '7b270e59b47ff90a553787216d55d91d',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:${MANAGEMENT_ACCOUNT}:${queue}`,
    awsRegion: 'us-east-1',
  };
}

/** A message of SNS, as it arrives in a queue. */
export function snsMessage(event: unknown): Json {
  return {
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: `arn:aws:sns:us-east-1:${MANAGEMENT_ACCOUNT}:accounts`,
    Message: JSON.stringify(event),
    Timestamp: '2026-03-01T08:00:00.000Z',
    SignatureVersion: '1',
    Signature: 'EXAMPLE',
    SigningCertURL: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem',
    UnsubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe',
  };
}
