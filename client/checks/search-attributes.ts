import { SEARCH_ATTRIBUTE_NAMES, type Check } from '../../contract';
import type { IdentityCenterClient } from '../client';
import {
  findSearchAttributes,
  registerSearchAttributes,
  type SearchAttributesRegistered,
} from '../search-attributes';
import { readServerError, TemporalServerError } from '../server-errors';
import { placeOf } from '../translate-errors';

/** Checks that the namespace has the search attributes of runs; registers them where it is asked to. */
export async function checkSearchAttributes(client: IdentityCenterClient, fix: boolean): Promise<Check> {
  const check = 'search attributes';
  const { connection, options } = client.temporal;
  const { namespace } = options;
  try {
    if (fix)
      return { check, ...tellRegistered(await registerSearchAttributes(connection, namespace), namespace) };
    const { missing, ofOtherType } = await findSearchAttributes(connection, namespace);
    const ok = missing.length + ofOtherType.length === 0;
    if (ok) return { check, ok, found: 'all registered' };
    const found = [missing.length > 0 && `missing: ${missing.join(', ')}`, tellTypes(ofOtherType)];
    const remedy = [
      missing.length > 0 &&
        `Run "identity-center doctor --fix", or: ${createCommand(namespace, missing)} (in Temporal Cloud: tcld namespace search-attributes add).`,
      replaceCommand(namespace, ofOtherType),
      WITHOUT_THEM,
    ];
    return { check, ok, found: sentences(found, '; '), remedy: sentences(remedy) };
  } catch (error) {
    const read = readServerError(error, placeOf(client.temporal));
    // Whoever may start runs need not be allowed to see or register search attributes.
    if (!(read instanceof TemporalServerError) || !MAY_NOT.includes(read.code)) throw read;
    const remedy = `Have somebody who may do it register them: ${createCommand(namespace, SEARCH_ATTRIBUTE_NAMES)} (in Temporal Cloud: tcld namespace search-attributes add). ${WITHOUT_THEM}`;
    return { check, ok: false, found: read.message, remedy };
  }
}

const MAY_NOT: readonly string[] = ['PERMISSION_DENIED', 'UNAUTHENTICATED', 'UNIMPLEMENTED', 'REFUSED'];
const WITHOUT_THEM = 'Runs work without them, but cannot be searched by them.';

function tellRegistered(
  { registered, refused, ofOtherType }: SearchAttributesRegistered,
  namespace: string,
): Omit<Check, 'check'> {
  const now = registered.length > 0 && `registered now: ${registered.join(', ')}`;
  if (refused.length + ofOtherType.length === 0) return { ok: true, found: now || 'all registered' };
  const names = refused.map(({ name }) => name);
  const found = [
    now,
    refused.length > 0 && `not taken: ${names.join(', ')} (${refused[0]?.reason ?? ''})`,
    tellTypes(ofOtherType),
  ];
  const remedy = [
    refused.length > 0 &&
      `Make room, where the namespace has as many as it may: temporal operator search-attribute remove --namespace ${namespace} --name <one that nothing uses>; then "identity-center doctor --fix" again.`,
    replaceCommand(namespace, ofOtherType),
    WITHOUT_THEM,
  ];
  return { ok: false, found: sentences(found, '; '), remedy: sentences(remedy) };
}

type OfOtherType = SearchAttributesRegistered['ofOtherType'];

function tellTypes(ofOtherType: OfOtherType): string | false {
  if (ofOtherType.length === 0) return false;
  return `of another type than Keyword: ${ofOtherType.map(({ name, type }) => `${name} (${type})`).join(', ')}`;
}

function createCommand(namespace: string, names: readonly string[]): string {
  return `temporal operator search-attribute create --namespace ${namespace} ${names.map((name) => `--name ${name} --type Keyword`).join(' ')}`;
}

function replaceCommand(namespace: string, ofOtherType: OfOtherType): string | false {
  if (ofOtherType.length === 0) return false;
  const names = ofOtherType.map(({ name }) => `--name ${name}`).join(' ');
  return `Where nothing else uses those of another type, remove them (temporal operator search-attribute remove --namespace ${namespace} ${names}), then "identity-center doctor --fix".`;
}

function sentences(parts: readonly (string | false)[], between = ' '): string {
  return parts.filter((part) => part !== false).join(between);
}
