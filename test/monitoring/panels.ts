import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A panel of the dashboard, as Grafana has it. */
export interface Panel {
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string }[];
  fieldConfig?: { defaults: { unit: string } };
}

const DASHBOARD = path.resolve(__dirname, '..', '..', 'monitoring', 'dashboard.json');

export const { panels: PANELS } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: Panel[] };

/** A query as Grafana asks it. */
export function asAsked(expr: string, rateInterval = '1m'): string {
  return expr.replaceAll('$__rate_interval', rateInterval).replaceAll('$namespace', 'default');
}
