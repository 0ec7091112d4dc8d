import type { Client, OperatorService } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTE_NAMES } from '../contract';
import { isUnknownSearchAttribute, refusalOf } from './server-errors';

/** What can register search attributes: a connection of the client or of the worker. */
interface Operated {
  operatorService: OperatorService;
}

const { IndexedValueType } = temporal.api.enums.v1;
const { INDEXED_VALUE_TYPE_KEYWORD: KEYWORD } = IndexedValueType;

/** How a namespace knows the search attributes of this product. */
export interface SearchAttributesFound {
  missing: string[];
  /** Those that the namespace has with a type of somebody else's, such as `Int`. */
  ofOtherType: { name: string; type: string }[];
}

/** Looks how a namespace knows the search attributes of this product. */
export async function findSearchAttributes(
  { operatorService }: Operated,
  namespace: string,
): Promise<SearchAttributesFound> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  return {
    missing: SEARCH_ATTRIBUTE_NAMES.filter((name) => customAttributes[name] === undefined),
    ofOtherType: SEARCH_ATTRIBUTE_NAMES.flatMap((name) => {
      const type = customAttributes[name];
      return type === undefined || type === KEYWORD ? [] : [{ name, type: typeName(type) }];
    }),
  };
}

function typeName(type: temporal.api.enums.v1.IndexedValueType): string {
  const name = IndexedValueType[type].replace('INDEXED_VALUE_TYPE_', '').toLowerCase();
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What came of registering search attributes. */
export interface SearchAttributesRegistered extends Pick<SearchAttributesFound, 'ofOtherType'> {
  registered: string[];
  /** Those that the server did not take, as where a namespace has no room for more, with its words. */
  refused: { name: string; reason: string }[];
}

/**
 * Registers those that the namespace does not know, one by one: of a namespace that has little room left some get a place.
 * A namespace may forbid it, which is thrown.
 */
export async function registerSearchAttributes(
  connection: Operated,
  namespace: string,
): Promise<SearchAttributesRegistered> {
  const { missing, ofOtherType } = await findSearchAttributes(connection, namespace);
  const found: SearchAttributesRegistered = { registered: [], refused: [], ofOtherType };
  for (const name of missing) {
    try {
      const searchAttributes = { [name]: KEYWORD };
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
      found.registered.push(name);
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === undefined) throw error;
      found.refused.push({ name, reason });
    }
  }
  return found;
}

/** Starts workflows with those search attributes that the namespace takes; keeps in mind which. */
export class SearchAttributeChoice {
  private taken: readonly string[] = SEARCH_ATTRIBUTE_NAMES;

  constructor(private readonly client: Client) {}

  /** Those that the namespace was found to lack, or to have with another type. */
  get lacking(): readonly string[] {
    return SEARCH_ATTRIBUTE_NAMES.filter((name) => !this.taken.includes(name));
  }

  async start<T>(
    attributes: readonly SearchAttributePair[],
    start: (attributes: SearchAttributePair[]) => Promise<T>,
  ): Promise<T> {
    // Another start may learn meanwhile what the namespace lacks.
    const { taken } = this;
    try {
      return await start(attributes.filter(({ key }) => taken.includes(key.name)));
    } catch (error) {
      if (taken.length === 0 || !isUnknownSearchAttribute(error)) throw error;
      const known = await this.readKnown();
      // A server may refuse what it lists, as it learns late of what was registered.
      this.taken = known.length < taken.length ? known : [];
      return this.start(attributes, start);
    }
  }

  private async readKnown(): Promise<string[]> {
    const { connection, options } = this.client;
    try {
      const { missing, ofOtherType } = await findSearchAttributes(connection, options.namespace);
      const unusable = [...missing, ...ofOtherType.map(({ name }) => name)];
      return SEARCH_ATTRIBUTE_NAMES.filter((name) => !unusable.includes(name));
    } catch {
      // Whoever may start runs need not be allowed to ask.
      return [];
    }
  }
}
