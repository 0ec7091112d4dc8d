import { FleetNews, type FleetStatus, type IdentityCenterClient } from '../../client';
import { printJson } from '../output';

/**
 * Hands the statuses of a fleet on and prints after each, as JSON lines, an event for every account that has failed, or whose run
 * is held, since the last: what is so already comes after the first.
 */
export async function* tellNews(
  { fleets }: IdentityCenterClient,
  name: string,
  statuses: AsyncIterable<FleetStatus>,
): AsyncGenerator<FleetStatus, void, void> {
  const news = new FleetNews(fleets, name);
  for await (const status of statuses) {
    yield status;
    for await (const event of news.since(status)) printJson(event);
  }
}
