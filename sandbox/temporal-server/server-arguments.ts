/** What a server is started with, defaults filled in. */
export interface ServerSettings {
  port: number;
  uiPort: number | false;
  namespace: string;
  dbFile: string | undefined;
  mayLoseFile: boolean;
  searchAttributes: Readonly<
    Record<string, 'Keyword' | 'KeywordList' | 'Text' | 'Int' | 'Double' | 'Bool' | 'Datetime'>
  >;
  dynamicConfig: Readonly<Record<string, boolean | number | string>>;
}

// The defaults are for a cluster: four partitions a queue, and 20 polls a second of each queue of the history service,
// which alone makes a workflow of one activity take 150 ms in place of 23 ms. Timers and retries that are due within the
// shift wait for its end: the default of a second makes each back-off of 20 ms one of a second.
const TUNING = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'history.transferProcessorMaxPollRPS': 200,
  'history.timerProcessorMaxPollRPS': 200,
  'history.timerProcessorMaxTimeShift': '10ms',
  'history.visibilityProcessorMaxPollRPS': 50,
};

/** The command line of `temporal`. Its HTTP and metrics ports are free ones of its own choice, on `--ip` as well. */
export function serverArguments(settings: ServerSettings): string[] {
  const { port, uiPort, namespace, dbFile, mayLoseFile, searchAttributes, dynamicConfig } = settings;
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'],
    ...(uiPort === false ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...(dbFile === undefined ? [] : ['--db-filename', dbFile]),
    ...(mayLoseFile ? ['--sqlite-pragma', 'synchronous=OFF'] : []),
    ...Object.entries({ ...TUNING, ...dynamicConfig }).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}
