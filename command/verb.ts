import type { Command, Option } from 'commander';

/** A verb of the command, as its help shows it, with the function that carries it out. */
export interface Verb {
  /** Its name and its arguments: `status <accountId>`. */
  usage: string;
  /** What it does, for the list of verbs. */
  description: string;
  /** A command line that makes sense, without the name of the program. */
  example: string;
  options?: readonly Option[];
  /** The help of `--json`, where that does something of its own. */
  json?: string;
  /**
   * Loads the function that carries the verb out. Commander calls it with the arguments, then the options; it returns the
   * exit code. It is loaded when the verb is called, so that `token` does not wait for the SDKs.
   */
  load: () => Promise<(...args: never[]) => number | Promise<number>>;
}

/**
 * Adds verbs to a program, or to a group of verbs in it.
 *
 * @param finish told the exit code of the verb that was called
 */
export function addVerbs(parent: Command, verbs: readonly Verb[], finish: (exitCode: number) => void): void {
  for (const { usage, description, example, options = [], json, load } of verbs) {
    const command = parent
      .command(usage)
      .description(description)
      .addHelpText('after', `\nExample:\n  identity-center ${example}`)
      .action(async (...args: unknown[]) => {
        const carryOut = await load();
        finish(await carryOut(...(args as never[])));
      });
    for (const option of options) command.addOption(option);
    command.option('--json', json ?? 'JSON on stdout and nothing else there');
  }
}
