import type { ListInstancesCommand } from '@aws-sdk/client-sso-admin';

/**
 * Makes ListInstances look over all Regions. `RegionScope` is in the service's API and in the AWS CLI; the model of
 * @aws-sdk/client-sso-admin 3.1138 lacks it and drops it, so it is put into the serialized body.
 */
export function listAllRegions(command: ListInstancesCommand): ListInstancesCommand {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string | Uint8Array; headers: Record<string, string> };
      const body = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
      const input = JSON.parse(body) as object;
      request.body = JSON.stringify({ ...input, RegionScope: 'ALL_REGIONS' });
      request.headers['content-length'] = String(Buffer.byteLength(request.body));
      return next(args);
    },
    { step: 'build', name: 'listAllRegions', priority: 'low' },
  );
  return command;
}
