import type { OperatorService } from '@temporalio/client';

const NAME = 'identity-center';

/**
 * Has the Nexus endpoint of a server of ours lead to a task queue, so that workflows of any of its namespaces can call the
 * worker; that of an earlier `up` may lead elsewhere.
 *
 * @returns its name
 */
export async function provideNexusEndpoint(
  { operatorService }: { operatorService: OperatorService },
  namespace: string,
  taskQueue: string,
): Promise<string> {
  const spec = { name: NAME, target: { worker: { namespace, taskQueue } } };
  const { endpoints } = await operatorService.listNexusEndpoints({ name: NAME });
  const [known] = endpoints;
  const target = known?.spec?.target?.worker;
  if (known === undefined) await operatorService.createNexusEndpoint({ spec });
  else if (target?.namespace !== namespace || target.taskQueue !== taskQueue)
    await operatorService.updateNexusEndpoint({ id: known.id ?? '', version: known.version ?? null, spec });
  return NAME;
}
