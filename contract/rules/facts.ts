import type { AccountFacts, UnknownFact } from './match';

/** What is known of an account beside what an event, or a list, says. */
export type KnownFacts = Omit<AccountFacts, 'accountId'>;

/** AWS Organizations, as far as rules ask for what it knows of accounts. */
export interface FactSource {
  accountName(accountId: string): Promise<string | undefined>;
  tags(accountId: string): Promise<Record<string, string>>;
  /** What an account, or a unit, is in. */
  parent(childId: string): Promise<{ id: string; isRoot: boolean } | undefined>;
  unitName(unitId: string): Promise<string | undefined>;
}

/** Units nest five deep, says AWS; the root is above them. */
const MOST_PARENTS = 10;

const ASKS: Record<UnknownFact, (source: FactSource, accountId: string) => Promise<KnownFacts>> = {
  accountName: async (source, accountId) => ({ accountName: (await source.accountName(accountId)) ?? '' }),
  tags: async (source, accountId) => ({ tags: await source.tags(accountId) }),
  organizationalUnit: async (source, accountId) => ({
    organizationalUnits: await askUnits(source, accountId),
  }),
};

/** Asks for what rules have to know of an account: its tags, its name, all of the units that it is in. */
export async function askFacts(
  source: FactSource,
  accountId: string,
  facts: readonly UnknownFact[],
): Promise<KnownFacts> {
  const found = await Promise.all(facts.map((fact) => ASKS[fact](source, accountId)));
  return Object.assign({}, ...found) as KnownFacts;
}

async function askUnits(source: FactSource, accountId: string): Promise<string[]> {
  const units: string[] = [];
  let child = accountId;
  for (let above = 0; above < MOST_PARENTS; above++) {
    const parent = await source.parent(child);
    if (parent === undefined) break;
    units.push(parent.id);
    if (parent.isRoot) break;
    const name = await source.unitName(parent.id);
    if (name !== undefined) units.push(name);
    child = parent.id;
  }
  return units;
}
