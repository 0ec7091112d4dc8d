import { AuditStillRunningError } from '../../client';
import { defined, utc, type AuditRequestInput } from '../../contract';
import { EXIT } from '../exit-codes';
import { sayIfInterrupted } from '../interrupt';
import { LiveLine } from '../live';
import { print, printJson } from '../output';
import { rulesOf, saysRules, type RulesOptions } from '../read-rules';
import type { TimeoutOptions } from '../timeout';
import { duration, grouped } from '../words';
import { withClient, type CommonOptions } from '../with-client';
import { writeReport, type ReportOptions } from './report';

/** What an audit is asked for; rules count for the accounts of which no run is known. */
interface AuditOptions extends CommonOptions, RulesOptions {
  auditName: string;
  start?: boolean;
  exclude?: string[];
  maxConcurrent?: number;
}

function readInput({ auditName: name, start, exclude, maxConcurrent, ...options }: AuditOptions) {
  const rules = saysRules(options) ? rulesOf(options) : undefined;
  return defined({ name, rules, start, exclude, maxConcurrent }) satisfies AuditRequestInput;
}

/** Looks after every account of the organization once, and says what was found. */
export async function run(
  options: AuditOptions & TimeoutOptions & ReportOptions & { wait: boolean },
): Promise<number> {
  const { json, timeout, auditName } = options;
  return withClient(async (client) => {
    const audit = await client.audits.start(readInput(options));
    const next = `identity-center audit report --audit-name ${auditName}`;
    if (!options.wait) {
      if (json) printJson(audit);
      else
        print(
          `Audit ${audit.name}: ${audit.joined ? 'open already' : 'started'}, ${audit.workflowId}. Once it has ended see: ${next}`,
        );
      return EXIT.done;
    }
    const live = json ? undefined : new LiveLine();
    try {
      const report = await sayIfInterrupted(
        `Audit ${auditName}: it goes on; once it has ended see: ${next}`,
        () =>
          client.audits.result(audit, defined({ timeout }), (progress) => {
            const { stage, seen, accounts } = progress;
            live?.draw(
              stage === 'listing'
                ? 'lists the accounts of the organization'
                : `looked after ${grouped(seen)} of ${grouped(accounts)} accounts`,
            );
          }),
      );
      live?.stop();
      return await writeReport(report, options);
    } catch (error) {
      if (!(error instanceof AuditStillRunningError)) throw error;
      live?.stop();
      if (json) printJson({ ...audit, ...error.progress, timedOut: true, next });
      else print(error.message);
      return EXIT.running;
    } finally {
      live?.stop();
    }
  });
}

/** Writes what the latest audit that has ended found. */
export async function report(options: { auditName: string } & ReportOptions): Promise<number> {
  return withClient(async (client) => writeReport(await client.audits.report(options.auditName), options));
}

/** Has the audit run every so often. */
export async function enable(options: AuditOptions & { every: string }): Promise<number> {
  return withClient(async (client) => {
    const schedule = await client.audits.enable(readInput(options), options.every);
    const { name, everyMs, nextAt, paused } = schedule;
    if (options.json) printJson(schedule);
    else
      print(
        `Audit ${name}: runs every ${duration(everyMs)}${paused ? ', once its Schedule is not paused any more' : nextAt === undefined ? '' : `, next ${utc(nextAt)}`}. What it found: identity-center audit report --audit-name ${name}`,
      );
    return EXIT.done;
  });
}

/** Ends the Schedule of the audit. */
export async function disable({
  json,
  auditName: name,
}: CommonOptions & { auditName: string }): Promise<number> {
  return withClient(async (client) => {
    await client.audits.disable(name);
    if (json) printJson({ name });
    else print(`Audit ${name}: it is not run any more; one that is open goes on.`);
    return EXIT.done;
  });
}
