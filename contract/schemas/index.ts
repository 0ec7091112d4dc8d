import { z } from 'zod';
import { auditRequestSchema } from '../audit/request';
import { ensureRefusalSchema } from '../account/ensure';
import { deprovisionRequestSchema, provisionRequestSchema } from '../account/request';
import { statusRequestSchema } from '../account/status';
import { correctionSchema } from '../account/steering';
import { adjustmentSchema, fleetRequestSchema } from '../fleet/request';
import { pageSchema } from '../fleet/page';
import { announcementSchema } from './announcement';
import {
  deprovisionResultSchema,
  failureDetailsSchema,
  progressSchema,
  provisionResultSchema,
  steeredProgressSchema,
} from './account';
import { accountStatusSchema } from './status';
import { accountAuditSchema, auditProgressSchema, auditResultSchema } from './audit';
import {
  accountOutcomeSchema,
  fleetProgressSchema,
  fleetResultSchema,
  steeredFleetSchema,
  unfinishedAccountSchema,
} from './fleet';

/** A document of the contract: where it is met, and what it is made of. */
interface Document {
  title: string;
  schema: z.ZodType;
  /** What a caller writes: checked for unknown fields, and with defaults. What a run answers may have more in a later release. */
  isAsked?: true;
}

const DOCUMENTS: Record<string, Document> = {
  'provision-request': {
    title:
      'Request to provision: argument of the workflow provisionIdentityCenter and of the Update ensure, input of the Nexus operation provision',
    schema: provisionRequestSchema(),
    isAsked: true,
  },
  'deprovision-request': {
    title:
      'Request to delete: argument of the workflow deprovisionIdentityCenter, input of the Nexus operation deprovision',
    schema: deprovisionRequestSchema(),
    isAsked: true,
  },
  correction: {
    title: 'Correction: argument of retry in a held run',
    schema: correctionSchema(),
    isAsked: true,
  },
  'provision-result': {
    title: 'Result of the workflow provisionIdentityCenter, and of the Nexus operation provision',
    schema: provisionResultSchema(),
  },
  'deprovision-result': {
    title: 'Result of the workflow deprovisionIdentityCenter, and of the Nexus operation deprovision',
    schema: deprovisionResultSchema(),
  },
  progress: {
    title: 'Progress: answer of the query progress of an account run, and of the Update ensure',
    schema: progressSchema(),
  },
  'steered-progress': {
    title: 'Steered: answer of the Updates pause, resume, retry and abort of an account run',
    schema: steeredProgressSchema(),
  },
  'failure-details': {
    title:
      'Failure: the first of the details of the ApplicationFailure that an account run, or its Nexus operation, ends with',
    schema: failureDetailsSchema(),
  },
  'ensure-refusal': {
    title:
      'Refusal: the first of the details of the ApplicationFailure that the Update ensure, or a Nexus operation, is refused with',
    schema: ensureRefusalSchema(),
  },
  'status-request': {
    title: 'Request for a status: input of the Nexus operation status',
    schema: statusRequestSchema(),
    isAsked: true,
  },
  'account-status': {
    title: 'Status: result of the Nexus operation status',
    schema: accountStatusSchema(),
  },
  announcement: {
    title: 'Announcement: what a webhook, SNS, EventBridge or a parameter is given of an account run',
    schema: announcementSchema(),
  },
  'fleet-request': {
    title: 'Fleet: argument of the workflow provisionFleet',
    schema: fleetRequestSchema(),
    isAsked: true,
  },
  'fleet-page': { title: 'Page: argument of addPage', schema: pageSchema(), isAsked: true },
  'fleet-adjustment': {
    title: 'Adjustment: argument of the Update adjust',
    schema: adjustmentSchema(),
    isAsked: true,
  },
  'fleet-progress': {
    title: 'Progress of a fleet: answer of the query progress of a fleet',
    schema: fleetProgressSchema(),
  },
  'steered-fleet': {
    title: 'Steered fleet: answer of the Updates pause, resume, retry, adjust and addPage of a fleet',
    schema: steeredFleetSchema(),
  },
  'fleet-result': { title: 'Result of the workflow provisionFleet', schema: fleetResultSchema() },
  'account-outcome': {
    title: 'Outcome: what became of one account of a fleet; a page returns a list of these',
    schema: accountOutcomeSchema(),
  },
  'unfinished-account': {
    title:
      'Unfinished: an account of a fleet that has not ended; the query unfinished of a page answers a list of these',
    schema: unfinishedAccountSchema(),
  },
  'audit-request': {
    title: 'Audit: argument of the workflow auditIdentityCenter',
    schema: auditRequestSchema(),
    isAsked: true,
  },
  'audit-progress': {
    title: 'Progress of an audit: answer of its query progress',
    schema: auditProgressSchema(),
  },
  'audit-result': { title: 'Result of the workflow auditIdentityCenter', schema: auditResultSchema() },
  'account-audit': {
    title: 'Found: what an audit found of one account; a page returns a list of these',
    schema: accountAuditSchema(),
  },
};

/** A JSON Schema, as JSON. */
export type JsonSchema = Record<string, unknown>;

/** Makes the JSON Schemas (draft 2020-12) of the documents of the contract, by their names. */
export function jsonSchemas(): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(DOCUMENTS).map(([name, document]) => [name, jsonSchemaOf(document)]),
  );
}

/** Makes the JSON Schema of a document. */
export function jsonSchemaOf(document: Document): JsonSchema {
  const { title, schema, isAsked = false } = document;
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: isAsked ? 'input' : 'output',
    override({ jsonSchema }) {
      keepPortable(jsonSchema);
      if (!isAsked && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return { $schema, title, ...rest };
}

/**
 * Leaves out a pattern that validators in other languages cannot read: a look-ahead, which Go's have not, and a class of
 * Unicode characters, which Python's have not. The run itself checks those texts.
 */
function keepPortable(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.pattern !== undefined && /\(\?|\\p\{/.test(schema.pattern)) delete schema.pattern;
}
