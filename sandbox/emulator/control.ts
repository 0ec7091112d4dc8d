import { z } from 'zod';
import { defined, readBy } from '../../contract';
import type { CallLog } from './call-log';
import { faultsSchema } from './faults';
import { organizationSchema } from './organization';
import type { ServiceContext } from './service';
import type { TaskTimes } from './state-machine-tasks';

/** What the interface of the emulator itself answers, as JSON. */
export interface ControlAnswer {
  status: number;
  value: unknown;
}

const taskTimesSchema: z.ZodType<TaskTimes> = z.strictObject({
  timeoutSeconds: z.number().min(0).exactOptional(),
  heartbeatSeconds: z.number().min(0).exactOptional(),
});

const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** The interface of the emulator itself, under `/_emulator`: sets faults, and shows what happened. */
export function createControl(
  { faults, log, instances, keys, organization, queues, tasks }: ServiceContext & { log: CallLog },
  reset: () => void,
) {
  /** Reads what is to be set, and answers with what is set then. */
  function change<T>(
    schema: z.ZodType<T>,
    body: string,
    set: (read: T) => void,
    show: () => unknown,
  ): ControlAnswer {
    try {
      const read = readBy(schema, JSON.parse(body));
      if ('problems' in read) return { status: 400, value: read };
      set(read.request);
      return { status: 200, value: show() };
    } catch (error) {
      return refusal(400, `not JSON: ${String(error)}`);
    }
  }

  /** @param host the name under which the emulator was asked */
  return function control(
    host: string | undefined,
    method: string,
    { pathname, searchParams: query }: URL,
    body: string,
  ): ControlAnswer {
    // A page in a browser must not reach this through a name that leads to 127.0.0.1.
    if (!LOCAL_HOST.test(host ?? '')) return refusal(403, `this is not served as ${host ?? 'nobody'}`);
    switch (`${method} ${pathname}`) {
      case 'PUT /_emulator/faults':
        return change(
          faultsSchema,
          body,
          (read) => {
            faults.set(read);
          },
          () => faults.list(),
        );
      case 'PUT /_emulator/organization':
        return change(
          organizationSchema,
          body,
          (read) => {
            organization.set(read);
          },
          () => organization.get(),
        );
      case 'GET /_emulator/faults':
        return { status: 200, value: faults.list() };
      case 'GET /_emulator/calls': {
        const [account, operation] = [query.get('account'), query.get('operation')];
        const filter = { account: account ?? undefined, operation: operation ?? undefined };
        return { status: 200, value: log.find(defined(filter)) };
      }
      case 'GET /_emulator/instances':
        return { status: 200, value: instances.list({ deleted: query.get('deleted') === 'true' }) };
      case 'GET /_emulator/queues':
        return { status: 200, value: queues.list() };
      case 'GET /_emulator/tasks':
        return { status: 200, value: tasks.list() };
      case 'POST /_emulator/tasks': {
        let taskToken = '';
        return change(
          taskTimesSchema,
          body,
          (times) => {
            taskToken = tasks.create(times);
          },
          () => ({ taskToken }),
        );
      }
      case 'DELETE /_emulator/sessions':
        return { status: 200, value: { forgotten: keys.forget(query.get('account') ?? undefined) } };
      case 'DELETE /_emulator':
        reset();
        return { status: 200, value: {} };
      default:
        return refusal(404, `there is no ${method} ${pathname}`);
    }
  };
}

/** Says what is wrong with a request. */
export function refusal(status: number, message: string): ControlAnswer {
  return { status, value: { problems: [{ field: '', message }] } };
}
